meta:
  id: xbzrle_2011_delta
  title: XBZRLE delta of the proposal of 2011
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  What follows a page header of 2011, as long as that header says: the exclusive or of the page and
  the one before, in 64-bit words of the sender's byte order. Runs of zero words are shortened, the
  last one too; all runs together have the words of a page.
doc-ref: patch series "XBZRLE delta for live migration of large memory apps", version 4
params:
  - id: is_big
    type: b1
    doc: Whether the sender is big-endian; the magic of the page header tells.
seq:
  - id: runs
    type: run
    repeat: eos
types:
  run:
    meta:
      endian:
        switch-on: _root.is_big
        cases:
          true: be
          _: le
    seq:
      - id: word
        type: u8
        doc: Not zero, it is one word of the difference.
      - id: zeros
        type: u8
        if: word == 0
        doc: How many words of the difference are zero; may be 0.
