/** Writes saved virtual-machine state; the mirror of {@code org.vmstate.parser}. */
package org.vmstate.writer;
