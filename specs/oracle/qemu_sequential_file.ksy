meta:
  id: qemu_sequential_file
  title: A whole file with a sequential QEMU migration stream
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  imports:
    - stream_records
doc: |
  Header, configuration, sections with their RAM pages, end mark and description, as written by
  `migrate file:PATH` without mapped-ram. See stream_records.ksy for the limits.
doc-ref: QEMU 10.0 migration/savevm.c
params:
  - id: page_size
    type: u4
  - id: has_addresses
    type: bool
seq:
  - id: stream
    type: stream_records(page_size, has_addresses, false)
