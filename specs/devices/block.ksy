meta:
  id: block
  title: Payload of block, block migration
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Payload of the section `block`, version 1: blocks of 1 MiB of the guest's disks.
doc-ref: QEMU 9.0 migration/block.c
seq:
  - id: records
    type: record
    repeat: until
    repeat-until: (_.word & 0x02) != 0
types:
  record:
    seq:
      - id: word
        type: u8
        doc: |
          Flags 0x01 a block of a disk, 0x02 the end of the payload, 0x04 progress, 0x08 the block is
          zero. The other bits are the sector times 512, or the progress in percent times 512.
      - id: len_device
        type: u1
        if: (word & 0x01) != 0
      - id: device
        size: len_device
        if: (word & 0x01) != 0
      - id: data
        size: 0x100000
        if: (word & 0x09) == 0x01
