/**
 * Changes of an image, to be put between a reader and an {@link org.vmstate.writer.ImageWriter}.
 */
package org.vmstate.writer.edit;
