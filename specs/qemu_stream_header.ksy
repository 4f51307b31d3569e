meta:
  id: qemu_stream_header
  title: QEMU migration stream header
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  First eight bytes of every migration stream. Version 3 is the only one written since 2009;
  version 2 is followed by a be64 with the total length of its records.
doc-ref: QEMU 10.0 migration/savevm.c
seq:
  - id: magic
    contents: QEVM
  - id: version
    type: u4
    doc: 3 today, 2 before 2009.
