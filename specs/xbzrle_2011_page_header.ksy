meta:
  id: xbzrle_2011_page_header
  title: XBZRLE page header of the 2011 proposal (patch series version 4)
  application: QEMU (proposed)
  license: Apache-2.0
  ks-version: '0.10'
doc: |
  Nine bytes after the RAM word (and the block name). The delta that follows is a run-length
  coding of 64-bit XOR words in the sender's byte order, which the magic reveals.
doc-ref: XBZRLE v4 patch series (2011)
seq:
  - id: checksum
    type: u4be
    doc: Unused, zero.
  - id: magic
    type: u2le
    doc: 0x0123 in the sender's byte order, hence 0x0123 or 0x2301 when read little-endian.
  - id: len_delta
    type: u2be
    doc: Length of the delta in bytes, a multiple of 8, at most one page.
  - id: flags
    type: u1
    doc: Bit 0 set, XBZRLE.
instances:
  is_little_endian:
    value: magic == 0x0123
