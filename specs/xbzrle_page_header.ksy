meta:
  id: xbzrle_page_header
  title: XBZRLE page header as written since QEMU 1.2
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Stands after the RAM word (and the block name). The delta that follows is a list of steps:
  ULEB128 count of unchanged bytes, ULEB128 count of new bytes, the new bytes.
doc-ref: QEMU 10.0 migration/ram.c, migration/xbzrle.c
seq:
  - id: encoding
    contents: [1]
  - id: len_delta
    type: u2
    doc: Length of the delta in bytes, at most one page.
