meta:
  id: qemu_section_header
  title: Header of a SECTION_START or SECTION_FULL record
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Announces a device: binds a section id to the device's name, instance and payload version.
  The payload follows without any length.
doc-ref: QEMU 10.0 migration/savevm.c
seq:
  - id: record_type
    type: u1
    enum: record
    doc: 1 START (an iterable device's set-up) or 4 FULL (a device's complete state).
  - id: section_id
    type: u4
    doc: Chosen by the writer, unique for each device; zero is a normal value.
  - id: len_idstr
    type: u1
  - id: idstr
    size: len_idstr
    doc: Name of the device, 1 to 255 bytes, no terminator.
  - id: instance_id
    type: u4
    doc: Tells devices of one name apart; may be 2^31 and above.
  - id: version_id
    type: u4
    doc: Version of the payload; zero is a normal value.
enums:
  record:
    1: section_start
    4: section_full
