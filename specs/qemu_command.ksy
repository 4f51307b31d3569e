meta:
  id: qemu_command
  title: COMMAND record
  application: QEMU
  license: Apache-2.0
  ks-version: '0.10'
  endian: be
doc: A message for the loading side. No footer follows.
doc-ref: QEMU 10.0 migration/savevm.c
seq:
  - id: record_type
    contents: [8]
  - id: command
    type: u2
    doc: One of the enumeration below; other numbers are an error to a loader.
  - id: len_payload
    type: u2
    doc: Length of the payload in bytes. For PACKAGED the nested records come after the payload.
  - id: payload
    size: len_payload
enums:
  command:
    1: open_return_path
    2: ping
    3: postcopy_advise
    4: postcopy_listen
    5: postcopy_run
    6: postcopy_ram_discard
    7: packaged
    8: enable_colo
    9: postcopy_resume
    10: recv_bitmap
    11: switchover_start
