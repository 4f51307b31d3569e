meta:
  id: multifd_initial_packet
  title: First packet of a multifd channel
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: 64 bytes, sent once on every extra connection of a multifd migration.
doc-ref: QEMU 10.0 migration/multifd.c
seq:
  - id: magic
    contents: [0x11, 0x22, 0x33, 0x44]
  - id: version
    type: u4
    doc: 1.
  - id: uuid
    size: 16
    doc: UUID of the guest, zero when it has none.
  - id: channel
    type: u1
    doc: Number of the channel, from 0.
  - id: unused1
    size: 7
  - id: unused2
    type: u8
    repeat: expr
    repeat-expr: 4
