meta:
  id: qemu_command_payload
  title: Payload of a COMMAND record
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  What a command carries, as long as its record says. Commands that are not named here carry nothing.
  After PACKAGED as many bytes of further records follow as its payload says, outside of the record.
doc-ref: QEMU 10.0 migration/savevm.c
params:
  - id: command
    type: u2
seq:
  - id: body
    type:
      switch-on: command
      cases:
        2: ping
        3: postcopy_advise
        6: postcopy_ram_discard
        7: packaged
        10: recv_bitmap
types:
  ping:
    seq:
      - id: cookie
        type: u4
  postcopy_advise:
    doc: Empty where only dirty bitmaps go by postcopy.
    seq:
      - id: sizes
        type: page_sizes
        repeat: eos
  page_sizes:
    seq:
      - id: all_page_sizes
        type: u8
        doc: The page sizes of all RAM blocks, combined by or.
      - id: target_page_size
        type: u8
  postcopy_ram_discard:
    seq:
      - id: version
        contents: [0]
      - id: len_name
        type: u1
      - id: name
        size: len_name
        doc: idstr of the RAM block
      - id: end_of_name
        contents: [0]
      - id: ranges
        type: range
        repeat: eos
  range:
    seq:
      - id: start
        type: u8
        doc: byte offset in the block
      - id: length
        type: u8
        doc: in bytes
  packaged:
    seq:
      - id: len_records
        type: u4
  recv_bitmap:
    seq:
      - id: len_name
        type: u1
      - id: name
        size: len_name
        doc: idstr of the RAM block
