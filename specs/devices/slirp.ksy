meta:
  id: slirp
  title: State of a user-mode network without open sockets
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: |
  Payload of the section `slirp`, version 4: the user-mode network of QEMU when no connection that
  the host forwards into it is open. With one, each is a byte 42 and the state of its socket in
  front of the byte 0.
doc-ref: libslirp 4.8 src/state.c
seq:
  - id: end_of_sockets
    contents: [0]
  - id: ip_id
    type: u2
    doc: identification of the next IP packet
  - id: leases
    type: lease
    repeat: expr
    repeat-expr: 16
types:
  lease:
    seq:
      - id: allocated
        type: u2
        doc: 1 when an address was given to a guest
      - id: mac
        size: 6
        doc: to which
