meta:
  id: qemu_mapped_ram_file
  title: A whole file with a mapped-ram QEMU migration stream at offset 0
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  imports:
    - stream_records
doc: |
  As the sequential file, but every RAM block is followed by its header, bitmap and page area.
  Reads whole page areas into memory: for samples only.
doc-ref: QEMU 10.0 migration/ram.c
params:
  - id: page_size
    type: u4
  - id: has_addresses
    type: bool
seq:
  - id: stream
    type: stream_records(page_size, has_addresses, true)
