meta:
  id: stream_records
  title: All records of a stream, shared by the whole-file specs
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
  imports:
    - ../qemu_stream_header
    - ../qemu_configuration
    - ../qemu_section_header
    - ../qemu_section_ref
    - ../qemu_command
    - ../qemu_vmdescription
    - ../qemu_ram_block_list
    - ../qemu_ram_record
    - ../mapped_ram_header
doc: |
  What the two whole-file specs share. A device section carries no length; its payload is taken
  byte by byte until the section's footer is in sight, which is good for samples with up to some
  hundred KiB of device state and needs a stream with footers (machine types since 2.4).
doc-ref: QEMU 10.0 migration/savevm.c, migration/ram.c
params:
  - id: page_size
    type: u4
    doc: Target page size in bytes.
  - id: has_addresses
    type: bool
    doc: The x-ignore-shared capability was on.
  - id: is_mapped
    type: bool
    doc: The mapped-ram capability was on.
seq:
  - id: header
    type: qemu_stream_header
  - id: configuration
    type: configuration
    if: first_type == 7
  - id: records
    type: 'record(_index == 0 ? 0xffffffff : records[_index - 1].ram_id)'
    repeat: until
    repeat-until: _.record_type == 0
  - id: vmdescription
    type: vmdescription
    if: not _io.eof
instances:
  first_type:
    pos: _io.pos
    type: u1
types:
  configuration:
    seq:
      - id: head
        type: qemu_configuration
      - id: subsections
        type: subsection
        repeat: until
        repeat-until: not _.is_present
  subsection:
    seq:
      - id: head
        type: qemu_configuration::subsection_header
        if: is_present
      - id: page_bits
        type: qemu_configuration::target_page_bits
        if: is_present and head.len_name == 30
      - id: capability_list
        type: qemu_configuration::capability_list
        if: is_present and head.len_name == 26
      - id: uuid
        type: qemu_configuration::uuid
        if: is_present and head.len_name == 18
    instances:
      marker:
        pos: _io.pos
        type: u1
      is_present:
        value: marker == 5
  record:
    params:
      - id: known_ram_id
        type: u4
        doc: Section id of ram when a START has announced it, else all ones.
    seq:
      - id: start
        type: qemu_section_header
        if: record_type == 1 or record_type == 4
      - id: ref
        type: qemu_section_ref
        if: record_type == 2 or record_type == 3 or record_type == 0x7e
      - id: command
        type: qemu_command
        if: record_type == 8
      - id: eof
        size: 1
        if: record_type == 0
      - id: ram
        type: ram_payload
        if: is_ram
      - id: payload
        type: payload_byte(section_id)
        repeat: until
        repeat-until: _.is_last
        if: has_payload and not is_ram
    instances:
      record_type:
        pos: _io.pos
        type: u1
      section_id:
        value: '(record_type == 1 or record_type == 4) ? start.section_id : ref.section_id'
      is_ram_start:
        value: record_type == 1 and start.idstr == [0x72, 0x61, 0x6d]
      ram_id:
        value: 'is_ram_start ? start.section_id : known_ram_id'
      has_payload:
        value: record_type >= 1 and record_type <= 4
      is_ram:
        value: has_payload and section_id - ram_id == 0
  payload_byte:
    doc: One byte of a payload, and a look at the footer that may follow it.
    params:
      - id: section_id
        type: u4
    seq:
      - id: value
        type: u1
      - id: ahead
        type: footer_ahead
    instances:
      is_last:
        value: ahead.marker == 0x7e and ahead.section_id - section_id == 0
  footer_ahead:
    instances:
      marker:
        pos: _io.pos
        type: u1
      section_id:
        pos: _io.pos + 1
        type: u4
  ram_payload:
    seq:
      - id: items
        type: ram_item
        repeat: until
        repeat-until: _.record.is_end
  ram_item:
    seq:
      - id: record
        type: qemu_ram_record(_parent._parent._parent.page_size)
      - id: blocks
        type: 'block(_index == 0 ? 0 : blocks[_index - 1].sum)'
        repeat: until
        repeat-until: _.sum >= record.address
        if: record.is_mem_size
  block:
    params:
      - id: sum_before
        type: u8
        doc: Used lengths of the blocks before this one, in bytes.
    seq:
      - id: entry
        type: qemu_ram_block_list::entry(false, _parent._parent._parent._parent.has_addresses)
      - id: mapped
        type: mapped_block(entry.used_length)
        if: _parent._parent._parent._parent.is_mapped
    instances:
      sum:
        value: sum_before + entry.used_length
  mapped_block:
    params:
      - id: len_pages
        type: u8
    seq:
      - id: header
        type: mapped_ram_header
      - id: bitmap
        size: (len_pages / header.page_size + 63) / 64 * 8
      - id: gap
        size: header.pages_offset - _io.pos
      - id: pages
        size: len_pages
  vmdescription:
    seq:
      - id: frame
        type: qemu_vmdescription
      - id: json
        size: frame.len_json
      - id: trailing
        size-eos: true
