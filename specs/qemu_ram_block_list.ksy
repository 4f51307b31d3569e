meta:
  id: qemu_ram_block_list
  title: RAM block list (MEM_SIZE item) of the ram section's START
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Opens the payload of the ram section's START record, version 4. There is no count: entries
  follow until their used lengths add up to the total. Three optional fields depend on the
  capabilities of the save; only x-ignore-shared and mapped-ram are announced in the stream.
doc-ref: QEMU 10.0 migration/ram.c
seq:
  - id: mem_size
    type: u8
    doc: Sum of all used lengths in bytes, with flag 4 (MEM_SIZE) in the bits below the page size.
types:
  entry:
    params:
      - id: has_page_size
        type: bool
        doc: postcopy-ram was on and the block is backed by huge pages.
      - id: has_address
        type: bool
        doc: x-ignore-shared was on.
    seq:
      - id: len_idstr
        type: u1
      - id: idstr
        size: len_idstr
        doc: Name of the RAMBlock, 1 to 255 bytes.
      - id: used_length
        type: u8
        doc: Length of the block in bytes, a multiple of the target page size.
      - id: page_size
        type: u8
        if: has_page_size
        doc: Page size of the memory of the block, in bytes.
      - id: address
        type: u8
        if: has_address
        doc: Guest-physical address of the block, 0 when it is not mapped.
