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
    - ../fixed_ram_2022_header
doc: |
  What the whole-file specs share. The layout, and whether blocks have addresses, follow from the
  stream's list of capabilities; the target page size from its own subsection, which a target
  without one writes as 4096 bytes by convention. A device section carries no length; its payload is taken
  byte by byte until the section's footer is in sight, which is good for samples with up to some
  hundred KiB of device state and needs a stream with footers (machine types since 2.4).
doc-ref: QEMU 10.0 migration/savevm.c, migration/ram.c
params:
  - id: given_page_size
    type: u4
    doc: Target page size in bytes, 0 to take it from the stream.
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
  page_bits:
    value: 'first_type == 7 ? configuration.subsections.last.bits : 12'
  page_size:
    value: 'given_page_size != 0 ? given_page_size : (1 << page_bits)'
  has_addresses:
    value: 'first_type == 7 ? configuration.subsections.last.has_addresses : false'
  layout:
    value: 'first_type == 7 ? configuration.subsections.last.layout : 0'
    doc: 0 sequential, 1 mapped-ram, 2 the proposal of 2022.
types:
  configuration:
    seq:
      - id: head
        type: qemu_configuration
      - id: subsections
        type: |
          subsection(_index == 0 ? 12 : subsections[_index - 1].bits,
          _index == 0 ? false : subsections[_index - 1].has_addresses,
          _index == 0 ? 0 : subsections[_index - 1].layout)
        repeat: until
        repeat-until: not _.is_present
  subsection:
    doc: The subsections before and this one, as far as they matter to what follows.
    params:
      - id: bits_before
        type: u4
      - id: addresses_before
        type: bool
      - id: layout_before
        type: s4
    seq:
      - id: head
        type: qemu_configuration::subsection_header
        if: is_present
      - id: target_page_bits
        type: qemu_configuration::target_page_bits
        if: is_page_bits
      - id: capability_list
        type: qemu_configuration::capability_list
        if: is_capabilities
      - id: capabilities
        type: |
          capability(capability_list.capabilities[_index].name,
          _index == 0 ? addresses_before : capabilities[_index - 1].has_addresses,
          _index == 0 ? layout_before : capabilities[_index - 1].layout)
        repeat: expr
        repeat-expr: num_capabilities
      - id: uuid
        type: qemu_configuration::uuid
        if: is_present and head.len_name == 18
    instances:
      marker:
        pos: _io.pos
        type: u1
      is_present:
        value: marker == 5
      is_page_bits:
        value: is_present and head.len_name == 30
      is_capabilities:
        value: is_present and head.len_name == 26
      num_capabilities:
        value: 'is_capabilities ? capability_list.num_capabilities : 0'
      bits:
        value: 'is_page_bits ? target_page_bits.bits : bits_before'
      has_addresses:
        value: 'num_capabilities > 0 ? capabilities.last.has_addresses : addresses_before'
      layout:
        value: 'num_capabilities > 0 ? capabilities.last.layout : layout_before'
  capability:
    params:
      - id: name
        type: bytes
      - id: addresses_before
        type: bool
      - id: layout_before
        type: s4
    instances:
      has_addresses:
        value: |
          addresses_before or name == [0x78, 0x2d, 0x69, 0x67, 0x6e, 0x6f, 0x72, 0x65, 0x2d, 0x73,
          0x68, 0x61, 0x72, 0x65, 0x64]
        doc: The list has x-ignore-shared.
      layout:
        value: |
          name == [0x6d, 0x61, 0x70, 0x70, 0x65, 0x64, 0x2d, 0x72, 0x61, 0x6d] ? 1 :
          (name == [0x66, 0x69, 0x78, 0x65, 0x64, 0x2d, 0x72, 0x61, 0x6d] ? 2 : layout_before)
        doc: 1 with mapped-ram in the list, 2 with fixed-ram.
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
        if: _parent._parent._parent._parent.layout == 1
      - id: fixed_2022
        type: fixed_block(entry.used_length)
        if: _parent._parent._parent._parent.layout == 2
    instances:
      sum:
        value: sum_before + entry.used_length
  mapped_block:
    doc: Both offsets are 0 where QEMU 11 leaves the block out.
    params:
      - id: len_pages
        type: u8
    seq:
      - id: header
        type: mapped_ram_header
      - id: bitmap
        size: (len_pages / header.page_size + 63) / 64 * 8
        if: header.pages_offset != 0
      - id: gap
        size: header.pages_offset - _io.pos
        if: header.pages_offset != 0
      - id: pages
        size: len_pages
        if: header.pages_offset != 0
  fixed_block:
    params:
      - id: len_pages
        type: u8
    seq:
      - id: header
        type: fixed_ram_2022_header
      - id: bitmap
        size: header.len_bitmap
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
