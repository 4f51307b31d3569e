meta:
  id: libvirt_save_header
  title: libvirt QEMU save image header, versions 1, 2 and the 2024 RFC's 3
  application: libvirt (virsh save, virsh managedsave)
  license: Apache-2.0
  ks-version: '0.10'
doc: |
  The 92 bytes in front of every file that `virsh save` writes. All integers after the magic
  are in the byte order of the host that saved; a reader tries little-endian first and takes
  the other order when the version does not make sense.

  Version 1 (2008) has no format field (always a raw stream); version 2 added `format`, later
  `cookie_offset`; version 3 exists only as a proposal, in which the word after the cookie
  offset holds feature bits (bit 0: mapped-ram).
doc-ref: libvirt 11.3.0 src/qemu/qemu_saveimage.h; libvirt v3 RFC (2024)
seq:
  - id: magic
    type: str
    size: 16
    encoding: ISO-8859-1
    doc: '`LibvirtQemudSave` for a whole image, `LibvirtQemudPart` while it is being written.'
  - id: body
    type: body
    size: 76
instances:
  version_le:
    pos: 16
    type: u4le
    doc: The version word read as little-endian, which decides the byte order.
  is_le:
    value: version_le <= 3
types:
  body:
    meta:
      endian:
        switch-on: _root.is_le
        cases:
          true: le
          false: be
    seq:
      - id: version
        type: u4
        doc: 1, 2, or 3 in the RFC's form.
      - id: data_len
        type: u4
        doc: |
          Bytes from the end of this header to the first byte of the QEMU stream: XML, cookie
          and padding. Version 1 calls it the XML length.
      - id: was_running
        type: u4
        doc: 1 when the guest has to be resumed after a restore, else 0.
      - id: format
        type: u4
        doc: |
          0 raw, 1 gzip, 2 bzip2, 3 xz, 4 lzop, 5 zstd, 6 sparse (mapped-ram). Unused in version 1.
      - id: cookie_offset
        type: u4
        doc: Offset of the cookie XML from the end of this header in bytes; 0 when there is none.
      - id: features
        type: u4
        doc: 'Version 3 only: bit 0 mapped-ram; every other bit is unknown. Zero before.'
      - id: unused
        type: u4
        repeat: expr
        repeat-expr: 13
