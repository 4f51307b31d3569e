meta:
  id: xen_xl_save
  title: What xl puts in front of a saved domain
  application: Xen
  license: Apache-2.0
  ks-version: '0.10'
  endian: le
doc: |
  After this stand `len_config` bytes, then a libxl stream. Numbers have the byte order of the host.
doc-ref: Xen tools/xl/xl.h
seq:
  - id: magic
    contents: ['Xen saved domain, xl format', 0x0a, 0x20, 0, 0x20, 0x0d]
  - id: byte_order
    type: u4
    doc: 0x01020304.
  - id: mandatory_flags
    type: u4
    doc: Bit 0 the configuration is JSON, bit 1 the stream is of version 2, one that tells its layout.
  - id: optional_flags
    type: u4
  - id: len_config
    type: u4
    doc: Bytes of the domain's configuration.
