package org.vmstate.testkit;

import static org.vmstate.testkit.Parts.part;
import static org.vmstate.testkit.Parts.sequential;

import java.util.List;

/** Defects of RAM in a sequential stream. */
final class RamDefects {
  private RamDefects() {}

  private static byte[] more(ImageBytes records) {
    return sequential().with("part", part(records)).toBytes();
  }

  private static byte[] start(ImageBytes start) {
    return sequential().with("start", start.eos().footer(1).toBytes()).toBytes();
  }

  private static ImageBytes section(long version, long total) {
    return new ImageBytes().section(1, 1, "ram", 0, version).be64(total);
  }

  private static byte[] only(ImageBytes records, boolean ends) {
    ImageBytes image = new ImageBytes().again(2, 1).raw(records.toBytes());
    return sequential().with("part", (ends ? image.eos() : image).footer(1).toBytes()).toBytes();
  }

  private static ImageBytes delta(int... bytes) {
    ImageBytes image = new ImageBytes().be64(0x1060).u8(1).be16(bytes.length);
    for (int b : bytes) {
      image.u8(b);
    }
    return image;
  }

  static List<Defect> list() {
    ImageBytes entry = new ImageBytes().name("pc.ram").be64(0x4000);
    return List.of(
        new Defect("V033", "ram of version 5", start(section(5, 0x4004).raw(entry.toBytes()))),
        new Defect("V034", "no MEM_SIZE", start(section(4, 0x4008).raw(entry.toBytes()))),
        new Defect(
            "V034", "MEM_SIZE in a PART", more(new ImageBytes().be64(0x4004).raw(entry.toBytes()))),
        new Defect(
            "V035", "a total that is too small", start(section(4, 0x3004).raw(entry.toBytes()))),
        new Defect(
            "V036",
            "a block twice",
            start(section(4, 0x8004).raw(entry.toBytes()).raw(entry.toBytes()))),
        new Defect(
            "V036", "a block without a name", start(section(4, 0x4004).name("").be64(0x4000))),
        new Defect(
            "V037",
            "a length that is no multiple of the page",
            sequential()
                .with("start", start(0x2800))
                .with("part", zeros(2))
                .with(
                    "end",
                    new ImageBytes()
                        .again(3, 1)
                        .be64(2)
                        .name("rest")
                        .u8(0)
                        .eos()
                        .footer(1)
                        .toBytes())
                .toBytes()),
        new Defect("V038", "a word with two kinds", more(new ImageBytes().be64(0x102a))),
        new Defect("V038", "a word without a kind", more(new ImageBytes().be64(0x1000))),
        new Defect("V039", "CONTINUE before a name", only(new ImageBytes().be64(0x22).u8(0), true)),
        new Defect("V040", "a page after the block", more(new ImageBytes().be64(0x4022).u8(0))),
        new Defect("V040", "an unknown block", more(new ImageBytes().be64(0x2).name("vga").u8(0))),
        new Defect("V041", "a page full of sevens", more(new ImageBytes().be64(0x1022).u8(7))),
        new Defect(
            "V042",
            "an end word with an address",
            sequential()
                .with("end", new ImageBytes().again(3, 1).be64(0x5010).footer(1).toBytes())
                .toBytes()),
        new Defect(
            "V043", "a PART without its end word", only(Parts.pages(new ImageBytes()), false)),
        new Defect("V044", "a HOOK word", more(new ImageBytes().be64(0x80))),
        new Defect("V045", "a MULTIFD_FLUSH beside all pages", more(new ImageBytes().be64(0x200))),
        new Defect("V046", "no pages", sequential().without("part").toBytes()),
        new Defect("V047", "a delta that is too long for its page", more(delta(0xff, 0x7f, 1, 1))),
        new Defect(
            "V047",
            "a delta for a page that was not sent",
            sequential()
                .with(
                    "part",
                    new ImageBytes()
                        .again(2, 1)
                        .be64(0x40)
                        .name("pc.ram")
                        .u8(1)
                        .be16(3)
                        .u8(0)
                        .u8(1)
                        .u8(1)
                        .be64(0x1022)
                        .u8(0)
                        .be64(0x2022)
                        .u8(0)
                        .be64(0x3022)
                        .u8(0)
                        .eos()
                        .footer(1)
                        .toBytes())
                .toBytes()),
        new Defect(
            "V049",
            "a compressed page that does not inflate",
            more(new ImageBytes().be64(0x1120).be32(3).u8(1).u8(2).u8(3))),
        new Defect("V205", "a queue that is far behind the guest", virtqueue(0x2000, 0)),
        new Defect("V205", "a queue whose index spans two pages", virtqueue(0x2000, 0, 0xffd)),
        new Defect("V205", "a queue without an address", virtqueue(0, 1)),
        new Defect("V207", "a queue is selected that none can have", virtio(0, 1024, 1, "")),
        new Defect("V207", "the level of an interrupt is 2", virtio(2, 0, 1, "")),
        new Defect("V207", "2,000 queues", virtio(0, 0, 2000, "")),
        new Defect("V207", "an unknown subsection", virtio(0, 0, 1, "virtio/odd")),
        new Defect("V207", "a newer subsection", virtio(0, 0, 1, "virtio/broken")),
        new Defect("V202", "a delta in the form of 2011", more(delta2011())));
  }

  /** A virtio device on PCI without MSI-X, whose only queue is 100 entries before the guest. */
  private static byte[] virtqueue(long descriptors, int last) {
    return virtqueue(descriptors, last, 0x1000);
  }

  /** A virtio device on PCI with a subsection of version 2. */
  private static byte[] virtio(int level, int selected, int queues, String subsection) {
    ImageBytes blob = new ImageBytes().be32(2).zeros(256).be32(level).zeros(12).u8(0).u8(0);
    blob.be16(selected).be32(0).be32(0).be32(queues).be32(64).be64(0).be16(0);
    if (!subsection.isEmpty()) {
      blob.u8(5).name(subsection).be32(2).u8(1);
    }
    return virtio(blob, new ImageBytes().be64(0x1028).u8(1).u8(0).zeros(4094));
  }

  private static byte[] virtqueue(long descriptors, int last, int available) {
    ImageBytes blob = new ImageBytes().be32(2).zeros(256).zeros(16).u8(0).u8(0).be16(0).be32(0);
    blob.be32(0).be32(1).be32(64).be64(descriptors).be16(last);
    blob.u8(5).name("virtio/virtqueues").be32(1).be64(available).be64(0x3000);
    // QEMU has 1,024 queues, whatever the device uses
    blob.zeros(1023 * 16);
    return virtio(blob, new ImageBytes().be64(0x1028).u8(1).u8(0).u8(100).zeros(4093));
  }

  private static byte[] virtio(ImageBytes blob, ImageBytes page) {
    byte[] device =
        new ImageBytes()
            .section(4, 2, "0000:00:02.0/virtio-rng", 0, 1)
            .raw(blob.toBytes())
            .footer(2)
            .toBytes();
    return sequential()
        .with("part", part(page))
        .with("device", device)
        .json(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"0000:00:02.0/virtio-rng\","
                + " \"instance_id\": 0, \"vmsd_name\": \"virtio-rng\", \"version\": 1, \"fields\":"
                + " [{\"name\": \"virtio\", \"type\": \"virtio\", \"size\": "
                + blob.size()
                + "}]}]}")
        .toBytes();
  }

  private static ImageBytes delta2011() {
    // an all-zero run of 512 words leaves the page as it was
    return new ImageBytes()
        .be64(0x1060)
        .be32(0)
        .be16(0x2301)
        .be16(16)
        .u8(1)
        .zeros(8)
        .be64(Long.reverseBytes(512));
  }

  private static byte[] zeros(int count) {
    ImageBytes image = new ImageBytes().again(2, 1).be64(2).name("pc.ram").u8(0);
    for (int i = 1; i < count; i++) {
      image.be64(i * 0x1000L | 0x22).u8(0);
    }
    return image.eos().footer(1).toBytes();
  }

  private static byte[] start(long length) {
    return section(4, 0x4004)
        .name("pc.ram")
        .be64(length)
        .name("rest")
        .be64(0x4000 - length)
        .eos()
        .footer(1)
        .toBytes();
  }
}
