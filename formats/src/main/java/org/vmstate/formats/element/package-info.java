/**
 * The lossless view of a file: what stands in it, in order, each thing with its byte range.
 *
 * <p>The ranges of one pass are disjoint, ascending and without holes; what has no name is an
 * {@link org.vmstate.formats.element.Element.Unknown}, unused space is a {@link
 * org.vmstate.formats.element.Element.Gap}.
 */
package org.vmstate.formats.element;
