/**
 * Reads what qcow2 disk images keep beside the disk: the list of snapshots and the VM state in
 * them. The content of the disk is never read.
 */
package org.vmstate.parser.qcow2;
