meta:
  id: xen_device_model_record
  title: Device state as Xen kept it before libxl streams
  application: Xen
  license: Apache-2.0
  ks-version: '0.10'
  endian: le
doc: After these 25 bytes stand `len_state` bytes of a QEMU stream. The length has the host's order.
doc-ref: Xen tools/libs/light/libxl_sr_stream_format.h
seq:
  - id: magic
    contents: DeviceModelRecord0002
  - id: len_state
    type: u4
    doc: Bytes of the stream.
