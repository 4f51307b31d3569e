meta:
  id: spapr_htab
  title: Payload of a spapr/htab section, version 1
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: The hash page table of a pseries guest, in the record START its size, later its entries.
doc-ref: QEMU 10.0 hw/ppc/spapr.c
seq:
  - id: shift
    type: u4
    doc: log2 of the table's bytes in START; 0 in PART and END; all ones without a table (radix).
  - id: chunks
    type: chunk
    if: shift == 0
    repeat: until
    repeat-until: _.is_last
types:
  chunk:
    doc: The last chunk is 8 zero bytes.
    seq:
      - id: index
        type: u4
        doc: Number of the first entry.
      - id: num_entries
        type: u2
        doc: Entries that follow.
      - id: num_invalid
        type: u2
        doc: Entries after these that are zero.
      - id: entries
        type: entry
        repeat: expr
        repeat-expr: num_entries
    instances:
      is_last:
        value: index == 0 and num_entries == 0 and num_invalid == 0
  entry:
    seq:
      - id: pte0
        type: u8
      - id: pte1
        type: u8
