/** Writes the stream container: header, configuration, sections, commands, description. */
package org.vmstate.writer.stream;
