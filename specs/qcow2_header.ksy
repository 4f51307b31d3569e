meta:
  id: qcow2_header
  title: Header of a qcow2 disk image, versions 2 and 3
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  The fixed part at offset 0: 72 bytes in version 2, 104 in version 3. `len_header` says where
  the header extensions start in version 3; the byte at 104, when it belongs to the header, is
  the compression type (0 deflate, 1 zstd).
doc-ref: QEMU 10.2 docs/interop/qcow2.rst
seq:
  - id: magic
    contents: [0x51, 0x46, 0x49, 0xfb]
  - id: version
    type: u4
    doc: 2 or 3.
  - id: backing_offset
    type: u8
    doc: File offset of the backing file's name, 0 for none.
  - id: len_backing
    type: u4
    doc: Length of that name in bytes, at most 1023.
  - id: cluster_bits
    type: u4
    doc: A cluster has two to this power bytes; 9 to 21.
  - id: size
    type: u8
    doc: Size of the virtual disk in bytes.
  - id: crypt_method
    type: u4
    doc: 0 none, 1 AES, 2 LUKS.
  - id: l1_entries
    type: u4
    doc: Entries of the active L1 table.
  - id: l1_offset
    type: u8
    doc: File offset of the active L1 table.
  - id: refcount_table_offset
    type: u8
    doc: File offset of the refcount table.
  - id: refcount_table_clusters
    type: u4
    doc: Its length in clusters.
  - id: num_snapshots
    type: u4
    doc: Internal snapshots, at most 65536.
  - id: snapshots_offset
    type: u8
    doc: File offset of the snapshot table.
  - id: more
    type: version_3
    if: version >= 3
types:
  version_3:
    seq:
      - id: incompatible
        type: u8
        doc: |
          Bit 0 refcounts may be stale, 1 corrupt, 2 external data file, 3 compression type is
          not 0, 4 extended L2 entries; a reader refuses any other.
      - id: compatible
        type: u8
        doc: Bit 0 refcounts are written late.
      - id: autoclear
        type: u8
        doc: Bit 0 bitmaps, 1 raw external data; a writer clears the bits that it does not know.
      - id: refcount_order
        type: u4
        doc: A count has two to this power bits; 0 to 6, always 4 in version 2.
      - id: len_header
        type: u4
        doc: Length of the header in bytes, at least 104, a multiple of 8.
