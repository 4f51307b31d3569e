meta:
  id: s390_storage_words
  title: Payload of s390-storage_attributes version 0 and s390-skeys version 1
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: Words with flags in the low 12 bits until one with the flag EOS.
doc-ref: QEMU 10.0 hw/s390x/s390-stattrib.c, hw/s390x/s390-skeys.c
seq:
  - id: words
    type: word
    repeat: until
    repeat-until: _.flags == 1
types:
  word:
    seq:
      - id: word
        type: u8
        doc: |
          Flags: 1 EOS, 2 a run of values, 4 the host failed, 8 the last of a pass. The other bits
          are the guest-physical address of the run's first page.
      - id: len_values
        type: u8
        if: flags == 2
      - id: values
        size: len_values
        if: flags == 2
        doc: One byte for each page.
    instances:
      flags:
        value: word & 0xfff
