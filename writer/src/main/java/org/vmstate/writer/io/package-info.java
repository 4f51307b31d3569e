/**
 * Where bytes go: sinks that know their position, files that appear whole or not at all, and the
 * structures generated from the specifications.
 */
package org.vmstate.writer.io;
