meta:
  id: xbzrle_delta
  title: XBZRLE delta of a page
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  What follows a page header of today's XBZRLE, as long as that header says. Bytes that a delta does
  not reach are those of the page before; a last run of unchanged bytes is left out. An empty delta
  changes nothing.
doc-ref: QEMU 10.0 migration/xbzrle.c
seq:
  - id: steps
    type: step
    repeat: eos
types:
  step:
    seq:
      - id: unchanged
        type: uleb
        doc: Bytes that stay; 0 only in the first step.
      - id: changed
        type: uleb
        doc: Bytes that are new, at least 1.
      - id: bytes
        size: changed.value
        doc: The new bytes themselves, not their difference.
  uleb:
    seq:
      - id: low
        type: u1
      - id: high
        type: u1
        if: low >= 0x80
        doc: Below 0x80; there is no third byte.
    instances:
      value:
        value: 'low >= 0x80 ? (low & 0x7f) | (high << 7) : low'
