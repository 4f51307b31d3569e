// Summarises an image by the parser that the Kaitai compiler makes for JavaScript.
// Usage: node summary.js GENERATED sequential|mapped IMAGE PAGE_SIZE HAS_ADDRESSES
const fs = require('fs');
const path = require('path');
const KaitaiStream = require('kaitai-struct/KaitaiStream');

const [generated, kind, image, pageSize, addresses] = process.argv.slice(2);
const name = kind === 'sequential' ? 'QemuSequentialFile' : 'QemuMappedRamFile';
const Spec = require(path.resolve(generated, name + '.js'))[name];
const input = new KaitaiStream(fs.readFileSync(image));
const stream = new Spec(input, null, null, Number(pageSize), addresses === 'true').stream;
const text = (bytes) => Buffer.from(bytes).toString('latin1');

const blocks = {};
let pages = 0;
for (const record of stream.records) {
  if (!record.isRam) continue;
  for (const item of record.ram.items) {
    if (item.record.isMemSize) {
      for (const block of item.blocks) blocks[text(block.entry.idstr)] = block.entry.usedLength;
    }
    if (item.record.isPage) pages += 1;
  }
}
console.log(
  JSON.stringify({
    machine: text(stream.configuration.head.machine),
    sections: stream.records
      .filter((r) => r.recordType === 1 || r.recordType === 4)
      .map((r) => text(r.start.idstr)),
    blocks,
    page_records: pages,
    description_length: stream.vmdescription.frame.lenJson,
  }),
);
