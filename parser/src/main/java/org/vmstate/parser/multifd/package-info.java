/** Reads multifd channels: packets of pages that a main stream lacks. */
package org.vmstate.parser.multifd;
