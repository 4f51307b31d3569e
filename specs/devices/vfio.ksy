meta:
  id: vfio
  title: Payload of a VFIO device without its configuration
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Payload of the section `<path>/vfio`, version 1, in START, PART and END records. The FULL record has
  the device's configuration, which has no length of its own.
doc-ref: QEMU 10.0 hw/vfio/migration.c
seq:
  - id: records
    type: record
    repeat: until
    repeat-until: _.tag == 0xef100001 or _.tag == 0xef100005
types:
  record:
    seq:
      - id: high
        contents: [0xff, 0xff, 0xff, 0xff]
      - id: tag
        type: u4
        doc: |
          0xef100001 end of the payload, 0xef100003 setup, 0xef100004 data, 0xef100005 all initial
          data are sent, which ends the payload, too.
      - id: len_data
        type: u8
        if: tag == 0xef100004
      - id: data
        size: len_data
        if: tag == 0xef100004
