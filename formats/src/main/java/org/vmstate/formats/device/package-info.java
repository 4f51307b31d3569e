/** What the description of a stream leaves opaque: virtio and PCI state, names of bits. */
package org.vmstate.formats.device;
