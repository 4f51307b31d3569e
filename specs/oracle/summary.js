// Says what an image holds, by the parsers that the Kaitai compiler makes for JavaScript.
// Usage: node summary.js GENERATED IMAGE
// Prints the JSON that stands beside each sample: a reader of saved states proves itself by it.
const childProcess = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const KaitaiStream = require('kaitai-struct/KaitaiStream');

const [generated, image] = process.argv.slice(2);
const load = (name) => require(path.resolve(generated, name + '.js'))[name];
const LibvirtStateFile = load('LibvirtStateFile');
const Qcow2Header = load('Qcow2Header');
const Qcow2Snapshot = load('Qcow2Snapshot');
const QemuStateFile = load('QemuStateFile');

const PROGRAMS = { 1: 'gzip', 2: 'bzip2', 3: 'xz', 4: 'lzop', 5: 'zstd' };
const FORMATS = { 0: 'raw', 6: 'sparse', ...PROGRAMS };
const text = (bytes) => Buffer.from(bytes).toString('latin1');
const digest = (bytes) => crypto.createHash('sha256').update(Buffer.from(bytes)).digest('hex');

// Returns the state of the first snapshot: what lies after the end of the virtual disk.
function stateInDisk(data) {
  const header = new Qcow2Header(new KaitaiStream(data));
  const at = header.snapshotsOffset;
  const entry = new Qcow2Snapshot(new KaitaiStream(data.subarray(at)));
  const extra = new Qcow2Snapshot.Extra(new KaitaiStream(data.subarray(at + 40)));
  const cluster = 1 << header.clusterBits;
  const perTable = cluster / 8;
  const offset = (place) => Number(data.readBigUInt64BE(place) & 0x00fffffffffffe00n);
  // the state starts at the first L1 entry that the disk does not need
  const first = Math.ceil(header.size / (cluster * perTable)) * perTable;
  const result = Buffer.alloc(extra.lenState);
  for (let i = 0; i * cluster < extra.lenState; i++) {
    const number = first + i;
    const table = offset(entry.l1Offset + Math.floor(number / perTable) * 8);
    const place = table === 0 ? 0 : offset(table + (number % perTable) * 8);
    if (place !== 0) data.copy(result, i * cluster, place, place + cluster);
  }
  return result;
}

// Applies an XBZRLE delta: lengths of what stays and of what changes, in turn.
function delta(page, code) {
  let at = 0;
  let out = 0;
  for (let changes = false; at < code.length; changes = !changes) {
    let length = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = code[at++];
      length |= (byte & 0x7f) << shift;
      more = byte >= 0x80;
    }
    if (changes) {
      page.set(code.subarray(at, at + length), out);
      at += length;
    }
    out += length;
  }
}

function readBlocks(stream, item, blocks, memory) {
  const size = stream.pageSize;
  for (const block of item.blocks) {
    const length = block.entry.usedLength;
    const entry = { idstr: text(block.entry.idstr), used_length: length };
    if (stream.hasAddresses) entry.address = block.entry.address;
    blocks.push(entry);
    const content = (memory[entry.idstr] = Buffer.alloc(length));
    if (stream.layout === 1 && block.mapped.header.pagesOffset !== 0) {
      entry.pages_offset = block.mapped.header.pagesOffset;
      for (let page = 0; page * size < length; page++) {
        if ((block.mapped.bitmap[page >> 3] >> (page & 7)) & 1) {
          content.set(block.mapped.pages.subarray(page * size, (page + 1) * size), page * size);
        }
      }
    }
  }
}

function summary(stream) {
  const size = stream.pageSize;
  const blocks = [];
  const memory = {};
  const sections = [];
  const commands = [];
  const pages = { data: 0, zero: 0, xbzrle: 0 };
  const open = {};
  let current = null;
  for (const record of stream.records) {
    const kind = record.recordType;
    if (kind === 8) commands.push(record.command.command);
    if (kind === 1 || kind === 4) {
      open[record.start.sectionId] = {
        name: text(record.start.idstr),
        instance: record.start.instanceId,
        version: record.start.versionId,
      };
      sections.push(open[record.start.sectionId]);
    }
    if (record.hasPayload && !record.isRam) {
      const entry = open[record.sectionId];
      const data = Buffer.from(record.payload.map((b) => b.value));
      if ('length' in entry) {
        // an iterable device: its parts follow each other
        entry.length += data.length;
        delete entry.sha256;
      } else {
        entry.length = data.length;
        entry.sha256 = digest(data);
      }
    }
    if (!record.isRam) continue;
    for (const item of record.ram.items) {
      const page = item.record;
      if (page.isMemSize) readBlocks(stream, item, blocks, memory);
      if (!page.isPage) continue;
      if (!page.isContinue) current = memory[text(page.name.idstr)];
      const target = current.subarray(page.address, page.address + size);
      if (page.isZero) {
        pages.zero++;
        target.fill(page.fill);
      } else if (page.isData) {
        pages.data++;
        target.set(page.data);
      } else {
        pages.xbzrle++;
        delta(target, page.xbzrle.delta);
      }
    }
  }
  for (const block of blocks) block.sha256 = digest(memory[block.idstr]);
  const result = {
    version: stream.header.version,
    machine: text(stream.configuration.head.machine),
    page_size: size,
    blocks,
    page_records: pages,
    sections,
    commands,
  };
  if (stream.vmdescription !== undefined) {
    const { frame, json } = stream.vmdescription;
    result.description = { length: frame.lenJson, sha256: digest(json) };
  }
  return result;
}

function withoutPadding(xml) {
  let end = xml.length;
  while (end > 0 && xml[end - 1] === 0) end--;
  return xml.subarray(0, end);
}

let data = fs.readFileSync(image);
const result = {};
let stream;
if (data.subarray(0, 12).toString('latin1') === 'LibvirtQemud') {
  const file = new LibvirtStateFile(new KaitaiStream(data), null, null, 0);
  const body = file.header.body;
  result.libvirt = {
    version: body.version,
    format: FORMATS[body.format],
    was_running: body.wasRunning,
    xml_sha256: digest(withoutPadding(file.xml)),
  };
  if (file.isCompressed) {
    const options = { input: file.compressed, maxBuffer: 1 << 30 };
    const plain = childProcess.execFileSync(PROGRAMS[body.format], ['-dc'], options);
    stream = new QemuStateFile(new KaitaiStream(plain), null, null, 0).stream;
  } else {
    stream = file.stream;
  }
} else {
  if (data.subarray(0, 4).toString('latin1') === 'QFI\xfb') data = stateInDisk(data);
  stream = new QemuStateFile(new KaitaiStream(data), null, null, 0).stream;
}
console.log(JSON.stringify({ ...result, ...summary(stream) }, null, 1));
