package org.vmstate.testkit;

import static org.vmstate.testkit.Parts.device;
import static org.vmstate.testkit.Parts.sequential;

import java.util.Arrays;
import java.util.List;

/** Defects of records, configuration and device state. */
final class StreamDefects {
  private StreamDefects() {}

  private static ImageBytes configuration(String... capabilities) {
    return new ImageBytes().configuration("test-1.0", capabilities);
  }

  private static ImageBytes subsection(String name, long version) {
    return new ImageBytes().u8(5).name("configuration/" + name).be32(version);
  }

  private static byte[] configured(ImageBytes... subsections) {
    ImageBytes image = configuration();
    for (ImageBytes subsection : subsections) {
      image.raw(subsection.toBytes());
    }
    return sequential().with("configuration", image.toBytes()).toBytes();
  }

  private static byte[] command(int code, int... payload) {
    ImageBytes image = new ImageBytes().u8(8).be16(code).be16(payload.length);
    for (int b : payload) {
      image.u8(b);
    }
    return sequential().after("part", image.toBytes()).toBytes();
  }

  private static byte[] field(String field, int... payload) {
    return sequential().with("device", device(2, payload)).describe(field).toBytes();
  }

  private static byte[] iterable(String name, ImageBytes start, ImageBytes end) {
    byte[] first = new ImageBytes().section(1, 9, name, 0, 1).raw(start.toBytes()).toBytes();
    ImageBytes image = new ImageBytes().raw(first).footer(9);
    ImageBytes last = new ImageBytes().again(3, 9).raw(end.toBytes()).footer(9);
    return sequential().after("start", image.toBytes()).after("end", last.toBytes()).toBytes();
  }

  private static byte[] withoutFooters(String machine) {
    Parts image = sequential();
    image.with("configuration", new ImageBytes().configuration(machine).toBytes());
    for (String section : List.of("start", "part", "end", "device")) {
      byte[] whole = image.part(section);
      image.with(section, Arrays.copyOf(whole, whole.length - 5));
    }
    return image.toBytes();
  }

  static List<Defect> list() {
    Parts good = sequential();
    byte[] uuid = subsection("uuid", 1).zeros(16).toBytes();
    byte[] bits = subsection("target-page-bits", 1).be32(12).toBytes();
    byte[] header = good.part("header");
    byte[] start = good.part("start");
    byte[] unfooted = Arrays.copyOf(start, start.length - 5);
    return List.of(
        new Defect(
            "V001", "another magic", sequential().with("header", "ABCD1234".getBytes()).toBytes()),
        new Defect(
            "V001",
            "zeros in front of the stream",
            new ImageBytes().zeros(8).raw(good.toBytes()).toBytes()),
        new Defect(
            "V002",
            "version 4",
            sequential().with("header", new ImageBytes().text("QEVM").be32(4).toBytes()).toBytes()),
        new Defect("V002", "version 2", new ImageBytes().text("QEVM").be32(2).be64(0).toBytes()),
        new Defect("V003", "no configuration", sequential().without("configuration").toBytes()),
        new Defect(
            "V004",
            "a machine name with a tab",
            sequential()
                .with("configuration", new ImageBytes().configuration("te\tst").toBytes())
                .toBytes()),
        new Defect(
            "V005",
            "two configurations",
            sequential().after("configuration", good.part("configuration")).toBytes()),
        new Defect(
            "V006",
            "a subsection twice",
            configured(new ImageBytes().raw(uuid), new ImageBytes().raw(uuid))),
        new Defect(
            "V006", "a subsection of version 2", configured(subsection("uuid", 2).zeros(16))),
        new Defect(
            "V006", "a subsection of version 0", configured(subsection("uuid", 0).zeros(16))),
        new Defect(
            "V006",
            "a subsection whose version's low byte is 1",
            configured(subsection("uuid", 0x101).zeros(16))),
        new Defect("V006", "an unknown subsection", configured(subsection("new", 1).be32(1))),
        new Defect(
            "V007",
            "uuid in front of target-page-bits",
            configured(new ImageBytes().raw(uuid), new ImageBytes().raw(bits))),
        new Defect(
            "V008",
            "page bits that the description contradicts",
            sequential()
                .with("configuration", configuration().raw(bits).toBytes())
                .json(
                    "{\"page_size\": 8192, \"devices\": [{\"name\": \"timer\", \"instance_id\": 0,"
                        + " \"vmsd_name\": \"timer\", \"version\": 1, \"fields\": [{\"name\":"
                        + " \"b\", \"type\": \"buffer\", \"size\": 4}]}]}")
                .toBytes()),
        new Defect("V009", "page bits 7", configured(subsection("target-page-bits", 1).be32(7))),
        new Defect("V010", "a capability twice", capabilityTwice()),
        new Defect("V011", "fixed-ram of 2022", MappedDefects.fixed2022()),
        new Defect(
            "V011",
            "an unknown capability",
            sequential().with("configuration", configuration("faster").toBytes()).toBytes()),
        new Defect(
            "V012",
            "a capability that is never announced",
            sequential().with("configuration", configuration("xbzrle").toBytes()).toBytes()),
        new Defect("V015", "a record of type 9", sequential().after("part", (byte) 9).toBytes()),
        new Defect(
            "V016",
            "a section without a name",
            sequential()
                .after("part", new ImageBytes().section(4, 8, "", 0, 1).toBytes())
                .toBytes()),
        new Defect(
            "V017",
            "a PART that was not announced",
            sequential()
                .after("part", new ImageBytes().again(2, 77).eos().footer(77).toBytes())
                .toBytes()),
        new Defect(
            "V018",
            "a device with the id of ram",
            sequential().with("device", device(1, 1, 2, 3, 4)).toBytes()),
        new Defect(
            "V019",
            "a footer with another id",
            sequential()
                .with("end", new ImageBytes().again(3, 1).eos().footer(5).toBytes())
                .toBytes()),
        new Defect(
            "V019",
            "another byte in place of the first footer",
            sequential()
                .with("start", new ImageBytes().raw(unfooted).u8(0x7f).be32(1).toBytes())
                .toBytes()),
        new Defect(
            "V019",
            "the first footer cut down to a byte that looks like a record",
            sequential().with("start", new ImageBytes().raw(unfooted).u8(1).toBytes()).toBytes()),
        new Defect("V019", "no footers, and a machine of 9.0", withoutFooters("test-9.0")),
        new Defect(
            "V019",
            "a section without a footer",
            sequential().with("end", new ImageBytes().again(3, 1).eos().toBytes()).toBytes()),
        new Defect("V020", "END twice", sequential().after("end", good.part("end")).toBytes()),
        new Defect(
            "V020",
            "END after a device",
            sequential().with("end").after("device", good.part("end")).toBytes()),
        new Defect(
            "V021",
            "no switchover for a machine of 10.0",
            sequential()
                .with("configuration", new ImageBytes().configuration("test-10.0").toBytes())
                .toBytes()),
        new Defect("V021", "a switchover for a machine of 1.0", command(11)),
        new Defect("V022", "an unknown command", command(77)),
        new Defect("V022", "a command that is too short", command(2, 1)),
        new Defect("V022", "a ping without a return path", command(2, 1, 2, 3, 4)),
        new Defect("V022", "an advice of three bytes", command(3, 1, 2, 3)),
        new Defect("V022", "run without listen", command(5)),
        new Defect("V022", "a bitmap asked for without a block", command(10, 3, 'a')),
        new Defect("V022", "a bitmap asked for of another block", command(10, 1, 'a')),
        new Defect("V022", "COLO", command(8)),
        new Defect(
            "V023",
            "a device twice",
            sequential()
                .after("device", device(3, 1, 2, 3, 4))
                .json(good.describedTwice())
                .toBytes()),
        new Defect(
            "V024",
            "a device that is described and missing",
            sequential().without("device").toBytes()),
        new Defect(
            "V024",
            "a device that is not described",
            sequential()
                .after(
                    "device",
                    new ImageBytes().section(4, 9, "more", 0, 1).be32(1).footer(9).toBytes())
                .toBytes()),
        new Defect(
            "V024",
            "a device by its number of old",
            sequential()
                .after(
                    "device",
                    new ImageBytes().section(4, 9, "i8259", 32, 1).be32(1).footer(9).toBytes())
                .toBytes()),
        new Defect(
            "V025", "no end mark", sequential().without("eof").without("description").toBytes()),
        new Defect("V025", "cut in a header", Arrays.copyOf(good.toBytes(), header.length + 5)),
        new Defect("V026", "no description", sequential().without("description").toBytes()),
        new Defect("V026", "a description that is no JSON", sequential().json("[}").toBytes()),
        new Defect(
            "V027",
            "bytes after the stream",
            sequential().after("description", new byte[3]).toBytes()),
        new Defect(
            "V028",
            "another version than described",
            sequential()
                .with(
                    "device",
                    new ImageBytes().section(4, 2, "timer", 0, 2).be32(1).footer(2).toBytes())
                .toBytes()),
        new Defect(
            "V029",
            "a device that is a byte longer than described",
            sequential().with("device", device(2, 1, 2, 3, 4, 5)).toBytes()),
        new Defect(
            "V030",
            "a member twice",
            field("{\"name\": \"b\", \"type\": \"buffer\", \"size\": 4, \"size\": 4}", 1, 2, 3, 4)),
        new Defect(
            "V031",
            "a truth value of 7",
            field("{\"name\": \"b\", \"type\": \"bool\", \"size\": 1}", 7)),
        new Defect(
            "V031",
            "unused bytes in use",
            field("{\"name\": \"u\", \"type\": \"unused_buffer\", \"size\": 2}", 0, 9)),
        new Defect(
            "V031",
            "a bounded number below zero",
            field("{\"name\": \"n\", \"type\": \"int32 le\", \"size\": 4}", 255, 255, 255, 255)),
        new Defect(
            "V031",
            "a null pointer of another mark",
            field("{\"name\": \"p\", \"type\": \"nullptr\", \"size\": 1}", 1)),
        new Defect(
            "V032",
            "a queue whose mark is 2",
            field(
                "{\"name\": \"q\", \"type\": \"qtailq\", \"size\": 3, \"vmsd_name\": \"e\","
                    + " \"version\": 1, \"fields\": [{\"name\": \"x\", \"type\": \"uint8\","
                    + " \"size\": 1}]}",
                2,
                5,
                0)),
        new Defect(
            "V097",
            "a granularity of 3",
            iterable(
                "dirty-bitmap",
                new ImageBytes().u8(0x1c).name("n").name("b").be32(3).u8(0).u8(1),
                new ImageBytes().u8(0x2c).name("n").name("b").u8(1))),
        new Defect(
            "V097",
            "a dirty bitmap that is not completed",
            iterable(
                "dirty-bitmap",
                new ImageBytes().u8(0x1c).name("n").name("b").be32(512).u8(0).u8(1),
                new ImageBytes().u8(1))),
        new Defect(
            "V098",
            "a dirty bitmap without a name",
            iterable("dirty-bitmap", new ImageBytes().u8(0x20).u8(1), new ImageBytes().u8(1))),
        new Defect(
            "V099",
            "a hash table entry after its end",
            iterable(
                "spapr/htab",
                new ImageBytes().be32(8),
                new ImageBytes().be32(0).be32(16).be16(1).be16(0).zeros(16).zeros(8))),
        new Defect(
            "V100",
            "storage attributes without DONE",
            iterable(
                "s390-storage_attributes", new ImageBytes().be64(1), new ImageBytes().be64(1))),
        new Defect(
            "V100",
            "storage attributes with an error",
            iterable(
                "s390-storage_attributes", new ImageBytes().be64(4), new ImageBytes().be64(1))),
        new Defect(
            "V101",
            "an unknown VFIO tag",
            iterable("0000:00:03.0/vfio", new ImageBytes().be64(5), new ImageBytes().be64(1))),
        new Defect(
            "V102",
            "an unknown iterable without an end",
            sequential()
                .after(
                    "start", new ImageBytes().section(1, 9, "future", 0, 1).fill(3, 20).toBytes())
                .toBytes()),
        new Defect(
            "V102",
            "a section of Proxmox's QEMU",
            sequential()
                .after(
                    "start",
                    new ImageBytes()
                        .section(1, 9, "pbs-state", 0, 1)
                        .be64(3)
                        .fill(3, 3)
                        .footer(9)
                        .toBytes())
                .toBytes()),
        new Defect("V203", "65537 sections", manySections()));
  }

  private static byte[] capabilityTwice() {
    ImageBytes start = new ImageBytes().section(1, 1, "ram", 0, 4).be64(0x4004);
    start.name("pc.ram").be64(0x4000).be64(0).eos().footer(1);
    return sequential()
        .with("configuration", configuration("x-ignore-shared", "x-ignore-shared").toBytes())
        .with("start", start.toBytes())
        .toBytes();
  }

  private static byte[] manySections() {
    ImageBytes image = new ImageBytes();
    for (int i = 0; i < 65_537; i++) {
      image.section(4, 100 + i, "d", i, 1).u8(1).footer(100 + i);
    }
    return sequential().after("device", image.toBytes()).without("description").toBytes();
  }
}
