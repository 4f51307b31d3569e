meta:
  id: multifd_channel
  title: Recording of a whole multifd channel
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
  imports:
    - multifd_initial_packet
    - multifd_packet
doc: |
  All bytes of one extra connection of a multifd migration, from the sender to the receiver. With
  zlib and zstd the data of all packets of a channel is one compressed stream, flushed at the end of
  each packet. Channels that carry device state (QEMU 10.0 with VFIO) have other packets too.
doc-ref: QEMU 10.0 migration/multifd.c
params:
  - id: num_offsets
    type: u4
    doc: Pages that fit into a packet, 512 KiB divided by the target page size.
seq:
  - id: initial
    type: multifd_initial_packet
  - id: packets
    type: packet
    repeat: eos
types:
  packet:
    seq:
      - id: header
        type: multifd_packet(_root.num_offsets)
      - id: data
        size: 'header.normal_pages == 0 ? 0 : header.next_packet_size'
