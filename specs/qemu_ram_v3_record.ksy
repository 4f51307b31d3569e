meta:
  id: qemu_ram_v3_record
  title: Record of a ram section of version 3
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  From 2009 to 2010 there was one flat range of addresses over all RAM blocks, without names. The
  records of a START, PART or END go to the one with the flag EOS.
doc-ref: QEMU 0.12 vl.c
params:
  - id: len_page
    type: u4
seq:
  - id: word
    type: u8
    doc: |
      Flags 0x02 a page of one byte, 0x04 total size, 0x08 a page, 0x10 EOS; the other bits are the
      address, or the total size.
  - id: fill
    type: u1
    if: (word & 0x02) != 0
    doc: What the page is full of.
  - id: page
    size: len_page
    if: (word & 0x08) != 0
instances:
  flags:
    value: word & 0xff
  address:
    value: word & ~0xff
