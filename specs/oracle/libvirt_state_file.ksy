meta:
  id: libvirt_state_file
  title: A whole file as written by virsh save
  application: libvirt
  license: Apache-2.0
  ks-version: '0.10'
  imports:
    - ../libvirt_save_header
    - stream_records
doc: |
  Header, domain XML, cookie, padding and the stream. A compressed stream is only cut out: its
  reader decompresses it and reads the result as qemu_state_file.ksy.
doc-ref: libvirt 11.3.0 src/qemu/qemu_saveimage.c
params:
  - id: page_size
    type: u4
    doc: Target page size in bytes, 0 to take it from the stream.
seq:
  - id: header
    type: libvirt_save_header
  - id: xml
    size: len_xml
    doc: UTF-8, ended by a NUL; the padding is more NULs.
  - id: cookie
    size: header.body.data_len - len_xml
  - id: compressed
    size-eos: true
    if: is_compressed
  - id: stream
    type: stream_records(page_size)
    if: not is_compressed
instances:
  len_xml:
    value: 'header.body.cookie_offset == 0 ? header.body.data_len : header.body.cookie_offset'
  is_compressed:
    value: header.body.format >= 1 and header.body.format <= 5
