/** The libvirt save image: header fields, format codes and what surrounds the QEMU stream. */
package org.vmstate.formats.libvirt;
