meta:
  id: qcow2_snapshot
  title: Entry of the snapshot table of a qcow2 disk image
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Entries follow each other, each at a multiple of 8 bytes from the start of the table. After
  these 40 bytes: `len_extra` bytes, of which the first 24 are `extra`, then the id and the name,
  neither ended by a NUL.
doc-ref: QEMU 10.2 docs/interop/qcow2.rst
seq:
  - id: l1_offset
    type: u8
    doc: File offset of the snapshot's L1 table.
  - id: l1_entries
    type: u4
    doc: Its entries.
  - id: len_id
    type: u2
  - id: len_name
    type: u2
  - id: seconds
    type: u4
    doc: When the snapshot was taken, in seconds since 1970.
  - id: nanoseconds
    type: u4
  - id: clock
    type: u8
    doc: Time the guest had run, in nanoseconds.
  - id: len_state_short
    type: u4
    doc: Bytes of VM state, 0 when they do not fit.
  - id: len_extra
    type: u4
    doc: Bytes of extra data; QEMU writes 24 and accepts up to 1024.
types:
  extra:
    doc: What QEMU 5.2 and later write as extra data; a reader may find only the first fields.
    seq:
      - id: len_state
        type: u8
        doc: Bytes of VM state; replaces the 32-bit field.
      - id: disk_size
        type: u8
        doc: Size of the virtual disk when the snapshot was taken.
      - id: icount
        type: u8
        doc: Instructions executed, all ones when they were not counted.
