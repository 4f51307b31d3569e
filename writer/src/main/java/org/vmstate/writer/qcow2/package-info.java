/** Writes VM states into qcow2 disk images: into new ones, and into those that are in use. */
package org.vmstate.writer.qcow2;
