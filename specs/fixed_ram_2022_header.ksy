meta:
  id: fixed_ram_2022_header
  title: Block header of the fixed-ram proposal of 2022
  application: QEMU (proposed)
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  12 bytes after a block's entry in the RAM block list, the bitmap directly after them. The
  first version of what became mapped-ram.
doc-ref: fixed-ram RFC (2022)
seq:
  - id: len_bitmap
    type: u4
    doc: Length of the page bitmap in bytes.
  - id: pages_offset
    type: u8
    doc: File offset of the page area, a multiple of the target page size.
