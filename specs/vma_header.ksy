meta:
  id: vma_header
  title: Head of a Proxmox VMA archive
  application: Proxmox VE (vzdump)
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  The first 12288 bytes of a VMA archive. Names lie in the blob area: at its offset N stand a
  little-endian u2 length and that many bytes; offset 0 is no blob.
doc-ref: proxmox/pve-qemu vma_spec.txt
seq:
  - id: magic
    contents: [0x56, 0x4d, 0x41, 0x00]
  - id: version
    type: u4
    doc: 1.
  - id: uuid
    size: 16
  - id: ctime
    type: u8
    doc: Seconds since 1970.
  - id: md5
    size: 16
    doc: MD5 of the whole header with this field zero.
  - id: blob_offset
    type: u4
  - id: len_blob
    type: u4
  - id: len_header
    type: u4
    doc: Bytes in front of the first extent, a multiple of 512.
  - id: reserved
    size: 1984
  - id: config_names
    type: u4
    repeat: expr
    repeat-expr: 256
    doc: Offsets in the blob area, 0 for none.
  - id: config_data
    type: u4
    repeat: expr
    repeat-expr: 256
  - id: reserved_2
    size: 4
  - id: devices
    type: device
    repeat: expr
    repeat-expr: 256
    doc: The place in this list is the id of a device; 0 is not used.
types:
  device:
    seq:
      - id: name
        type: u4
        doc: Offset in the blob area, 0 for none.
      - id: reserved
        size: 4
      - id: size
        type: u8
        doc: Bytes of the device.
      - id: reserved_2
        size: 16
