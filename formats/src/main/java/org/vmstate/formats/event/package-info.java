/**
 * The lossless view of a file: what stands in it, in order, each thing with its byte range.
 *
 * <p>The ranges of one pass are disjoint, ascending and without holes; what has no name is an
 * {@link org.vmstate.formats.event.Event.Unknown}, unused space is a {@link
 * org.vmstate.formats.event.Event.Gap}.
 */
package org.vmstate.formats.event;
