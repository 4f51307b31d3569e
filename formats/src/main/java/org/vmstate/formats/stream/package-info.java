/** Constants and names of the QEMU stream container: records, commands, capabilities. */
package org.vmstate.formats.stream;
