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
  libxc_header:
    doc: |
      What follows a record of type 1, whose own body is empty: this, then records in the same form, up
      to and with one of type 0. The guest's memory is in them.
    doc-ref: Xen docs/specs/libxc-migration-stream.pandoc
    seq:
      - id: image
        type: libxc_image_header
      - id: domain
        type: libxc_domain_header
  libxc_image_header:
    meta:
      endian: be
    seq:
      - id: marker
        contents: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]
      - id: magic
        contents: XENF
      - id: version
        type: u4
        doc: 2 or 3.
      - id: options
        type: u2
        doc: Bit 0 all that follows is big-endian.
      - id: reserved
        size: 6
  libxc_domain_header:
    meta:
      endian: le
    seq:
      - id: type
        type: u4
        doc: 1 x86 PV, 2 x86 HVM, 3 x86 PVH, 4 Arm.
      - id: page_shift
        type: u2
      - id: reserved
        type: u2
      - id: xen_major
        type: u4
      - id: xen_minor
        type: u4
