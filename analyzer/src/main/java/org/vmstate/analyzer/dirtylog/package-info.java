/**
 * A model of the dirty log that KVM and QEMU keep together: which writes of a guest reach the
 * destination, what is copied twice, and what a design without a cache of the kernel's bitmap
 * loses. The same operations run on the real kernel. Source: the CLEAR_DIRTY_LOG series (2019);
 * QEMU 10.0 accel/kvm/kvm-all.c; Linux Documentation/virt/kvm/api.rst.
 */
package org.vmstate.analyzer.dirtylog;
