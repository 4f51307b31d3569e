meta:
  id: multifd_packet
  title: multifd RAM packet header
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  320 bytes and one offset for every page a packet can hold. Where `normal_pages` is not 0,
  `next_packet_size` bytes of page data follow. A packet speaks of one RAM block.
doc-ref: QEMU 10.0 migration/multifd.c
params:
  - id: num_offsets
    type: u4
    doc: Pages that fit into a packet, 512 KiB divided by the target page size; always all are sent.
seq:
  - id: magic
    contents: [0x11, 0x22, 0x33, 0x44]
  - id: version
    type: u4
  - id: flags
    type: u4
    doc: Bit 0 SYNC; 0x3e compression method (0 none, 2 zlib, 4 zstd, 8 QPL, 16 UADK, 32 QATzip); 0x40 device state.
  - id: pages_alloc
    type: u4
    doc: Capacity in pages, 0 in a pure SYNC packet.
  - id: normal_pages
    type: u4
    doc: Pages whose data follows.
  - id: next_packet_size
    type: u4
    doc: Bytes of page data after this header; without normal pages, up to QEMU 8.2, of an earlier one.
  - id: packet_num
    type: u8
    doc: Counter shared by all channels; up to QEMU 8.2 a SYNC may take a waiting packet's number.
  - id: zero_pages
    type: u4
    doc: Pages that are all zero (QEMU 9.0); their offsets follow those of the normal pages.
  - id: unused32
    type: u4
  - id: unused64
    type: u8
    repeat: expr
    repeat-expr: 3
  - id: idstr
    size: 256
    doc: Name of the RAMBlock, padded with zeros.
  - id: offsets
    type: u8
    repeat: expr
    repeat-expr: num_offsets
    doc: Offsets inside the block in bytes.
instances:
  is_sync:
    value: (flags & 1) != 0
  compression:
    value: flags & 0x3e
