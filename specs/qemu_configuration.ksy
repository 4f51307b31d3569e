meta:
  id: qemu_configuration
  title: CONFIGURATION record and its subsections
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  The machine type and whatever the two sides must agree on, directly after the stream header
  since QEMU 2.4. Subsections follow, each a `subsection_header` and the payload that its name
  selects; there is no count and no end mark, another byte than 5 ends the list. A subsection
  with an unknown name has no length of its own.
doc-ref: QEMU 10.0 migration/savevm.c, hw/core/machine.c
seq:
  - id: record_type
    contents: [7]
  - id: len_machine
    type: u4
    valid:
      max: 255
    doc: Length of the machine type name in bytes.
  - id: machine
    size: len_machine
    doc: Versioned machine type, such as `pc-i440fx-10.0`; no terminator.
types:
  subsection_header:
    seq:
      - id: marker
        contents: [5]
      - id: len_name
        type: u1
      - id: name
        size: len_name
        doc: |
          `configuration/target-page-bits`, `configuration/capabilities` or `configuration/uuid`.
      - id: version_id
        type: u4
        doc: 1 in each of the three.
  target_page_bits:
    doc: |
      Written when the size differs from the least one of the target, in practice on Arm.
    seq:
      - id: bits
        type: u4
        doc: log2 of the target page size in bytes.
  capability_list:
    doc: Migration capabilities that change the bytes of the stream and that a loader must share.
    seq:
      - id: num_capabilities
        type: u4
        valid:
          max: 1024
      - id: capabilities
        type: capability
        repeat: expr
        repeat-expr: num_capabilities
  capability:
    seq:
      - id: len_name
        type: u1
      - id: name
        size: len_name
        doc: For instance `x-ignore-shared` or `mapped-ram`.
  uuid:
    seq:
      - id: uuid
        size: 16
        doc: UUID of the guest in RFC 4122 byte order; written with the validate-uuid capability.
