meta:
  id: vma_extent_header
  title: Head of an extent of a Proxmox VMA archive
  application: Proxmox VE (vzdump)
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: 512 bytes, after them the stored blocks in the order of the slots and of their mask's bits.
doc-ref: proxmox/pve-qemu vma_spec.txt
seq:
  - id: magic
    contents: VMAE
  - id: reserved
    type: u2
  - id: num_blocks
    type: u2
    doc: Blocks of 4 KiB that follow.
  - id: uuid
    size: 16
    doc: As in the archive's header.
  - id: md5
    size: 16
    doc: MD5 of these 512 bytes with this field zero.
  - id: slots
    type: slot
    repeat: expr
    repeat-expr: 59
types:
  slot:
    seq:
      - id: mask
        type: u2
        doc: Bit i says that block i of the cluster of 64 KiB is stored; the others are zeros.
      - id: reserved
        type: u1
      - id: device
        type: u1
        doc: Id of the device, 0 when the slot is not used.
      - id: cluster
        type: u4
        doc: Number of the cluster in the device.
