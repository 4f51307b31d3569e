/**
 * The layouts of a stream's pages, one file each: what they are called, have and cannot express.
 */
package org.vmstate.formats.layout;
