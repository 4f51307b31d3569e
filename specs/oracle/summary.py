"""Summarises an image by the parser that the Kaitai compiler makes for Python.

Usage: summary.py GENERATED sequential|mapped IMAGE PAGE_SIZE HAS_ADDRESSES
"""
import json
import sys

import kaitaistruct

# Debian 12 ships runtime 0.10, which is enough for what these specifications use.
if kaitaistruct.API_VERSION < (0, 11):
    kaitaistruct.API_VERSION = (0, 11)

generated, kind, image, page_size, addresses = sys.argv[1:6]
sys.path.insert(0, generated)
if kind == "sequential":
    from qemu_sequential_file import QemuSequentialFile as Spec
else:
    from qemu_mapped_ram_file import QemuMappedRamFile as Spec


def text(data):
    return data.decode("latin-1")


with open(image, "rb") as file:
    spec = Spec(int(page_size), addresses == "true", kaitaistruct.KaitaiStream(file))
    stream = spec.stream
    blocks = {}
    pages = 0
    for record in stream.records:
        if record.is_ram:
            for item in record.ram.items:
                if item.record.is_mem_size:
                    for block in item.blocks:
                        blocks[text(block.entry.idstr)] = block.entry.used_length
                if item.record.is_page:
                    pages += 1
    print(
        json.dumps(
            {
                "machine": text(stream.configuration.head.machine),
                "sections": [
                    text(r.start.idstr) for r in stream.records if r.record_type in (1, 4)
                ],
                "blocks": blocks,
                "page_records": pages,
                "description_length": stream.vmdescription.frame.len_json,
            }
        )
    )
