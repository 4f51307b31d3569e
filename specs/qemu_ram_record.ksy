meta:
  id: qemu_ram_record
  title: One item of a ram section's payload (version 4)
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  A 64-bit word whose bits below the page size are flags and whose other bits are an offset
  inside a RAM block, then what the flags ask for. The block's name is present unless CONTINUE
  is set; CONTINUE means the block of the page record before, across sections too.
doc-ref: QEMU 10.0 migration/ram.c
params:
  - id: len_data
    type: u4
    doc: Target page size in bytes, a power of two.
seq:
  - id: word
    type: u8
  - id: name
    type: block_name
    if: is_page and not is_continue
  - id: fill
    type: u1
    if: is_zero
    doc: The byte that fills the page; 0 since QEMU 2.x.
  - id: data
    size: len_data
    if: is_data
  - id: xbzrle
    type: xbzrle_page
    if: is_xbzrle
  - id: compressed
    type: compressed_page
    if: is_compressed
instances:
  flags:
    value: word & (len_data - 1)
  address:
    value: word - flags
    doc: Offset inside the block in bytes.
  is_zero:
    value: (flags & 0x02) != 0
  is_mem_size:
    value: (flags & 0x04) != 0
  is_data:
    value: (flags & 0x08) != 0
  is_end:
    value: (flags & 0x10) != 0
  is_continue:
    value: (flags & 0x20) != 0
  is_xbzrle:
    value: (flags & 0x40) != 0
  is_hook:
    value: (flags & 0x80) != 0
  is_compressed:
    value: (flags & 0x100) != 0
  is_multifd_flush:
    value: (flags & 0x200) != 0
  is_page:
    value: is_zero or is_data or is_xbzrle or is_compressed
types:
  block_name:
    seq:
      - id: len_idstr
        type: u1
      - id: idstr
        size: len_idstr
  xbzrle_page:
    doc: Today's form; the 2011 form is in xbzrle_2011_page_header.ksy.
    seq:
      - id: encoding
        contents: [1]
      - id: len_delta
        type: u2
      - id: delta
        size: len_delta
  compressed_page:
    doc: QEMU 2.4 to 9.0.
    seq:
      - id: len_deflated
        type: u4
      - id: deflated
        size: len_deflated
        doc: A zlib stream of its own that inflates to one page.
