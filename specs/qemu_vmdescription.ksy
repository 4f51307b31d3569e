meta:
  id: qemu_vmdescription
  title: VMDESCRIPTION frame
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Stands after the EOF record and holds the JSON description of every device section, which
  is what makes the lengthless device state readable. Only the frame is here: the JSON text of
  `len_json` bytes follows.
doc-ref: QEMU 10.0 migration/savevm.c
seq:
  - id: record_type
    contents: [6]
  - id: len_json
    type: u4
    doc: Length of the JSON text in bytes; no terminator.
