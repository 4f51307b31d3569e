/** Compresses streams the way the programs do that libvirt runs. */
package org.vmstate.writer.compress;
