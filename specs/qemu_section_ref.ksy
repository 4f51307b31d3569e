meta:
  id: qemu_section_ref
  title: Header of a SECTION_PART or SECTION_END record, and the section footer
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Five bytes that refer to a section announced earlier. PART and END are followed by the
  payload, the footer is not followed by anything: it closes START, PART, END and FULL.
doc-ref: QEMU 10.0 migration/savevm.c
seq:
  - id: record_type
    type: u1
    enum: record
  - id: section_id
    type: u4
enums:
  record:
    2: section_part
    3: section_end
    0x7e: section_footer
