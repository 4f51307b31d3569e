/** Reads what libvirt puts in front of a QEMU stream. */
package org.vmstate.parser.libvirt;
