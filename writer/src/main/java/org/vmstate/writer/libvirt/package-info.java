/** Writes the libvirt save image's header, domain XML, cookie and padding. */
package org.vmstate.writer.libvirt;
