"""Says what an image holds, by the parsers that the Kaitai compiler makes for Python.

Usage: summary.py GENERATED IMAGE

Prints the JSON that stands beside each sample: a reader of saved states proves itself by it.
"""
import hashlib
import io
import json
import struct
import subprocess
import sys

import kaitaistruct

# Debian 12 ships runtime 0.10, which is enough for what these specifications use.
if kaitaistruct.API_VERSION < (0, 11):
    kaitaistruct.API_VERSION = (0, 11)

generated, image = sys.argv[1:3]
sys.path.insert(0, generated)

from libvirt_state_file import LibvirtStateFile
from qcow2_header import Qcow2Header
from qcow2_snapshot import Qcow2Snapshot
from qemu_state_file import QemuStateFile

PROGRAMS = {1: "gzip", 2: "bzip2", 3: "xz", 4: "lzop", 5: "zstd"}
FORMATS = {0: "raw", 6: "sparse", **PROGRAMS}


def text(data):
    return data.decode("latin-1")


def digest(data):
    return hashlib.sha256(data).hexdigest()


def stream_io(data):
    return kaitaistruct.KaitaiStream(io.BytesIO(data))


def state_in_disk(data):
    """Returns the state of the first snapshot: what lies after the end of the virtual disk."""
    header = Qcow2Header(stream_io(data))
    at = header.snapshots_offset
    entry = Qcow2Snapshot(stream_io(data[at:]))
    extra = Qcow2Snapshot.Extra(stream_io(data[at + 40 :]))
    cluster = 1 << header.cluster_bits
    per_table = cluster // 8
    # the state starts at the first L1 entry that the disk does not need
    first = -(-header.size // (cluster * per_table)) * per_table
    result = bytearray(extra.len_state)
    for i in range(-(-extra.len_state // cluster)):
        number = first + i
        (table,) = struct.unpack_from(">Q", data, entry.l1_offset + number // per_table * 8)
        table &= 0x00FFFFFFFFFFFE00
        if table == 0:
            continue
        (place,) = struct.unpack_from(">Q", data, table + number % per_table * 8)
        place &= 0x00FFFFFFFFFFFE00
        if place:
            part = data[place : place + cluster]
            result[i * cluster : i * cluster + len(part)] = part
    return bytes(result[: extra.len_state])


def delta(page, code):
    """Applies an XBZRLE delta: lengths of what stays and of what changes, in turn."""
    at = out = 0
    changes = False
    while at < len(code):
        length = shift = 0
        while True:
            byte = code[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        if changes:
            page[out : out + length] = code[at : at + length]
            at += length
        out += length
        changes = not changes


def bitmap_pages(bitmap, count):
    for page in range(count):
        if bitmap[page >> 3] >> (page & 7) & 1:
            yield page


def summary(stream):
    size = stream.page_size
    blocks, memory, sections, commands = [], {}, [], []
    pages = {"data": 0, "zero": 0, "xbzrle": 0}
    current = None
    open_section = {}
    for record in stream.records:
        kind = record.record_type
        if kind == 8:
            commands.append(record.command.command)
        if kind in (1, 4):
            open_section[record.start.section_id] = entry = {
                "name": text(record.start.idstr),
                "instance": record.start.instance_id,
                "version": record.start.version_id,
            }
            sections.append(entry)
        if record.has_payload and not record.is_ram:
            data = bytes(b.value for b in record.payload)
            entry = open_section[record.section_id]
            if "length" in entry:
                # an iterable device: its parts follow each other
                entry["length"] += len(data)
                del entry["sha256"]
            else:
                entry["length"] = len(data)
                entry["sha256"] = digest(data)
        if not record.is_ram:
            continue
        for item in record.ram.items:
            page = item.record
            if page.is_mem_size:
                for block in item.blocks:
                    entry = {"idstr": text(block.entry.idstr), "used_length": block.entry.used_length}
                    if stream.has_addresses:
                        entry["address"] = block.entry.address
                    blocks.append(entry)
                    content = memory[entry["idstr"]] = bytearray(block.entry.used_length)
                    placed = block.mapped if stream.layout == 1 else None
                    if placed is not None and placed.header.pages_offset != 0:
                        entry["pages_offset"] = placed.header.pages_offset
                        for i in bitmap_pages(placed.bitmap, block.entry.used_length // size):
                            content[i * size : (i + 1) * size] = placed.pages[i * size : (i + 1) * size]
            if page.is_page:
                if not page.is_continue:
                    current = memory[text(page.name.idstr)]
                at = page.address
                if page.is_zero:
                    pages["zero"] += 1
                    current[at : at + size] = bytes([page.fill]) * size
                elif page.is_data:
                    pages["data"] += 1
                    current[at : at + size] = page.data
                else:
                    pages["xbzrle"] += 1
                    now = current[at : at + size]
                    delta(now, page.xbzrle.delta)
                    current[at : at + size] = now
    for block in blocks:
        block["sha256"] = digest(memory[block["idstr"]])
    result = {
        "version": stream.header.version,
        "machine": text(stream.configuration.head.machine),
        "page_size": size,
        "blocks": blocks,
        "page_records": pages,
        "sections": sections,
        "commands": commands,
    }
    if hasattr(stream, "vmdescription"):
        description = stream.vmdescription
        result["description"] = {"length": description.frame.len_json, "sha256": digest(description.json)}
    return result


with open(image, "rb") as file:
    data = file.read()
result = {}
if data.startswith(b"LibvirtQemud"):
    libvirt = LibvirtStateFile(0, stream_io(data))
    body = libvirt.header.body
    result["libvirt"] = {
        "version": body.version,
        "format": FORMATS[body.format],
        "was_running": body.was_running,
        "xml_sha256": digest(libvirt.xml.rstrip(b"\0")),
    }
    if libvirt.is_compressed:
        command = [PROGRAMS[body.format], "-dc"]
        plain = subprocess.run(command, input=libvirt.compressed, stdout=subprocess.PIPE, check=True)
        stream = QemuStateFile(0, stream_io(plain.stdout)).stream
    else:
        stream = libvirt.stream
else:
    if data.startswith(b"QFI\xfb"):
        data = state_in_disk(data)
    stream = QemuStateFile(0, stream_io(data)).stream
result.update(summary(stream))
print(json.dumps(result, indent=1))
