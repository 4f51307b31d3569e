package org.vmstate.analyzer.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.zip.GZIPOutputStream;
import org.vmstate.testkit.ImageBytes;

/** Images that are made to cost much: memory, temporary space or time. */
final class AttackImages {
  private static final String DEVICE =
      "{\"page_size\":4096,\"devices\":[{\"name\":\"d\",\"instance_id\":0,\"vmsd_name\":\"v\","
          + "\"version\":1,\"fields\":[";

  private AttackImages() {}

  private static ImageBytes start() {
    return new ImageBytes().header().configuration("pc-i440fx-10.0");
  }

  private static byte[] described(String json) {
    return start().u8(0).description(json).toBytes();
  }

  private static ImageBytes ended(ImageBytes image) {
    return image.eos().footer(1).again(3, 1).eos().footer(1).u8(0);
  }

  /** Three fields of one name, with 2^31-1 elements each. */
  static byte[] elements() {
    String field = "{\"name\":\"x\",\"type\":\"uint8\",\"array_len\":2147483647,\"size\":1}";
    return described(DEVICE + String.join(",", field, field, field) + "]}]}");
  }

  /** Members of an object, each of another name. */
  static byte[] names(int count) {
    StringBuilder json = new StringBuilder("{\"page_size\":4096,\"x\":{\"first\":1");
    for (int i = 0; i < count; i++) {
      json.append(",\"").append(Integer.toHexString(i)).append("\":1");
    }
    return described(json.append("}}").toString());
  }

  /** Structures inside one another. */
  static byte[] nested(int depth, int count) {
    String inner =
        "{\"name\":\"x\",\"type\":\"struct\",\"size\":1,\"struct\":{\"vmsd_name\":\"v\","
            + "\"version\":1,\"fields\":[";
    String one = inner.repeat(depth) + "]}}".repeat(depth);
    return described(DEVICE + one + ("," + one).repeat(count - 1) + "]}]}");
  }

  /** One zero page in each 16 MiB. */
  static byte[] scattered(int count) {
    long length = (long) count << 24;
    ImageBytes image = start().section(1, 1, "ram", 0, 4).be64(length | 4);
    image.name("pc.ram").be64(length).eos().footer(1).again(2, 1);
    image.be64(2).name("pc.ram").u8(0);
    for (int i = 1; i < count; i++) {
      image.be64((long) i << 24 | 0x22).u8(0);
    }
    return ended(image).toBytes();
  }

  /** A block of which no page is sent. */
  static byte[] empty(long length) {
    ImageBytes image = start().section(1, 1, "ram", 0, 4).be64(length | 4);
    return ended(image.name("pc.ram").be64(length).eos().footer(1).again(2, 1)).toBytes();
  }

  /** Pages of data with so many bytes from one to the next. */
  static byte[] distant(int count, long distance) {
    long length = count * distance;
    ImageBytes image = start().section(1, 1, "ram", 0, 4).be64(length | 4);
    image.name("pc.ram").be64(length).eos().footer(1).again(2, 1);
    for (int i = 0; i < count; i++) {
      image.be64(i * distance | (i == 0 ? 8 : 0x28));
      (i == 0 ? image.name("pc.ram") : image).fill(1, 4096);
    }
    return ended(image).toBytes();
  }

  /** Deltas of one byte for one page, after it was sent. */
  static byte[] deltas(int count) {
    long length = 1 << 20;
    ImageBytes image = start().section(1, 1, "ram", 0, 4).be64(length | 4);
    image.name("pc.ram").be64(length).eos().footer(1).again(2, 1);
    image.be64(2).name("pc.ram").u8(0);
    for (int page = 1; page < length >> 12; page++) {
      image.be64((long) page << 12 | 0x22).u8(0);
    }
    byte[] delta = new ImageBytes().be64(0x60).u8(1).be16(3).u8(0).u8(1).u8(0x5a).toBytes();
    for (int i = 0; i < count; i++) {
      image.raw(delta);
    }
    return ended(image).toBytes();
  }

  /** Blocks of mapped-ram none of which has pages in the file. */
  static byte[] blocks(int count) {
    ImageBytes image = new ImageBytes().header().configuration("pc-i440fx-10.0", "mapped-ram");
    image.section(1, 1, "ram", 0, 4).be64(count * 4096L | 4);
    for (int i = 0; i < count; i++) {
      image.name("b" + i).be64(4096).be32(1).be64(4096).be64(0).be64(0);
    }
    return ended(image).toBytes();
  }

  /** Devices of one byte, all described. */
  static byte[] sections(int count) {
    ImageBytes image = start();
    StringBuilder json = new StringBuilder("{\"page_size\":4096,\"devices\":[");
    for (int i = 0; i < count; i++) {
      image.section(4, i, "d" + i, 0, 1).u8(1).footer(i);
      json.append(i == 0 ? "" : ",").append("{\"name\":\"d").append(i);
      json.append("\",\"instance_id\":0,\"vmsd_name\":\"v\",\"version\":1,\"fields\":");
      json.append("[{\"name\":\"x\",\"type\":\"uint8\",\"size\":1}]}");
    }
    return image.u8(0).description(json.append("]}").toString()).toBytes();
  }

  /** A device of so many bytes without a description, compressed. */
  static byte[] compressed(int length) throws IOException {
    ImageBytes image = start().section(4, 7, "dev", 0, 1).fill(0x55, length).footer(7).u8(0);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(image.toBytes());
    }
    return out.toByteArray();
  }
}
