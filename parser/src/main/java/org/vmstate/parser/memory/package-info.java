/**
 * The final memory of an image: what each page holds when the stream has ended, or that the image
 * does not say.
 */
package org.vmstate.parser.memory;
