/**
 * Reads saved virtual-machine state: {@link org.vmstate.parser.ImageReader} makes one forward pass
 * over a file or a pipe and reports to an {@link org.vmstate.formats.event.EventSink} what stands
 * in it.
 *
 * <p>Bad input always ends in a {@link org.vmstate.formats.error.StateFormatException}; what was
 * visited before is valid. Memory is bounded by {@link org.vmstate.formats.Limits}, not by the size
 * of the file.
 */
package org.vmstate.parser;
