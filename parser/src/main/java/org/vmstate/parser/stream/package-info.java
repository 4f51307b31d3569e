/** Reads the stream container: header, configuration, sections, commands, end. */
package org.vmstate.parser.stream;
