meta:
  id: qemu_state_file
  title: A whole file with a QEMU migration stream at offset 0
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  imports:
    - stream_records
doc: |
  Header, configuration, sections with their RAM pages, end mark and description, as written by
  `migrate file:PATH`: sequential, mapped-ram, or the layout proposed in 2022, whichever the
  stream's own list of capabilities says. See stream_records.ksy for the limits.
doc-ref: QEMU 10.0 migration/savevm.c
params:
  - id: page_size
    type: u4
    doc: Target page size in bytes, 0 to take it from the stream.
seq:
  - id: stream
    type: stream_records(page_size)
