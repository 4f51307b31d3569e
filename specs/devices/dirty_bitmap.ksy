meta:
  id: dirty_bitmap
  title: Payload of a dirty-bitmap section, version 1
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Chunks until one with the flag EOS. Names stay in force for the chunks that follow, also in later
  sections. Only one of START, COMPLETE and BITS is looked at in a chunk, in this order. Flags of
  more than one byte, which no writer sends, are not described.
doc-ref: QEMU 10.0 migration/block-dirty-bitmap.c
seq:
  - id: chunks
    type: chunk
    repeat: until
    repeat-until: _.is_eos
types:
  chunk:
    seq:
      - id: flags
        type: u1
        doc: 1 EOS, 2 ZEROES, 4 bitmap name, 8 node name, 0x10 START, 0x20 COMPLETE, 0x40 BITS.
      - id: node
        type: name
        if: (flags & 0x08) != 0
      - id: bitmap
        type: name
        if: (flags & 0x04) != 0
      - id: start
        type: start
        if: is_start
      - id: bits
        type: bits
        if: is_bits
    instances:
      is_eos:
        value: (flags & 0x01) != 0
      is_start:
        value: (flags & 0x11) == 0x10
      is_bits:
        value: (flags & 0x71) == 0x40
  name:
    seq:
      - id: len_name
        type: u1
      - id: name
        size: len_name
  start:
    seq:
      - id: granularity
        type: u4
        doc: Bytes for each bit, a power of two.
      - id: state
        type: u1
        doc: 1 enabled, 2 persistent, 4 autoload; other bits are zero.
  bits:
    seq:
      - id: first_sector
        type: u8
        doc: First sector of 512 bytes.
      - id: num_sectors
        type: u4
      - id: len_data
        type: u8
        if: has_data
      - id: data
        size: len_data
        if: has_data
        doc: One bit for each granule, in little-endian 64-bit words, bit 0 first.
    instances:
      has_data:
        value: (_parent.flags & 0x02) == 0
