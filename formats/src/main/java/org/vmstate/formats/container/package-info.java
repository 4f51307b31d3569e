/** What other programs put around a QEMU stream. */
package org.vmstate.formats.container;
