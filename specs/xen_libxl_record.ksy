meta:
  id: xen_libxl_record
  title: Records of a libxl stream
  application: Xen
  license: Apache-2.0
  ks-version: '0.10'
doc: |
  The stream starts with `stream_header`, always big-endian; the records' byte order is that of
  the host. A record's body is padded to 8 bytes.
doc-ref: Xen tools/libs/light/libxl_sr_stream_format.h
seq: []
types:
  stream_header:
    meta:
      endian: be
    seq:
      - id: magic
        contents: LibxlFmt
      - id: version
        type: u4
        doc: 2.
      - id: options
        type: u4
        doc: Bit 0 the records are big-endian, bit 1 made from a legacy stream.
  record:
    meta:
      endian: le
    seq:
      - id: type
        type: u4
        doc: 0 end, 1 libxc context, 2 emulator's xenstore data, 3 emulator context.
      - id: len_body
        type: u4
  emulator_context:
    meta:
      endian: le
    doc: Start of the body of a record of type 2 or 3.
    seq:
      - id: emulator
        type: u4
        doc: 1 traditional, 2 upstream QEMU.
      - id: index
        type: u4
