meta:
  id: xemu_prefix
  title: What xemu writes in front of a saved state
  application: xemu
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: After these 12 bytes stand `len_data` bytes, then the QEMU stream.
doc-ref: xemu xemu-snapshots.c
seq:
  - id: magic
    contents: xemu
  - id: version
    type: u4
    doc: 1.
  - id: len_data
    type: u4
    doc: Bytes of the disc's path, its title and a picture.
