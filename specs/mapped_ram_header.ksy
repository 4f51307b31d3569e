meta:
  id: mapped_ram_header
  title: mapped-ram block header
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  28 packed bytes after a block's entry in the RAM block list when mapped-ram is on. Both
  offsets count from the start of the outermost file. The bitmap is an array of the writing
  host's `unsigned long`, bit 0 first; page i lies at `pages_offset + i * page_size`.
doc-ref: QEMU 10.0 migration/ram.c
seq:
  - id: version
    type: u4
    doc: 1.
  - id: page_size
    type: u8
    doc: Target page size in bytes.
  - id: bitmap_offset
    type: u8
    doc: File offset of the page bitmap, by convention the end of this header.
  - id: pages_offset
    type: u8
    doc: File offset of the page area, by convention a multiple of 1 MiB.
