meta:
  id: multifd_device_state_packet
  title: Device state on a multifd channel
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  The packet that carries a piece of a device's state instead of pages (flag 0x40). Data follow the
  header at once.
doc-ref: QEMU 10.0 migration/multifd.h, hw/vfio/migration-multifd.c
seq:
  - id: magic
    contents: [0x11, 0x22, 0x33, 0x44]
  - id: version
    type: u4
    doc: 1
  - id: flags
    type: u4
    doc: 0x40, perhaps with SYNC (1)
  - id: idstr
    size: 256
    doc: Name of the device, filled with zeros.
  - id: instance_id
    type: u4
  - id: len_data
    type: u4
    doc: Length of the data in bytes.
  - id: data
    size: len_data
