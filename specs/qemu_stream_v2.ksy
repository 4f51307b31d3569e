meta:
  id: qemu_stream_v2
  title: Stream of QEMU before 2009
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  A whole stream of version 2: each device has its length, and there is no end mark.
doc-ref: QEMU 0.9 vl.c
seq:
  - id: magic
    contents: QEVM
  - id: version
    contents: [0, 0, 0, 2]
  - id: len_records
    type: u8
    doc: Bytes of all records together.
  - id: records
    size: len_records
    type: records
types:
  records:
    seq:
      - id: records
        type: record
        repeat: eos
  record:
    seq:
      - id: len_idstr
        type: u1
      - id: idstr
        size: len_idstr
      - id: instance_id
        type: u4
      - id: version_id
        type: u4
      - id: len_payload
        type: u4
      - id: payload
        size: len_payload
