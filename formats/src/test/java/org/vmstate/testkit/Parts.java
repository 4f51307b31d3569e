package org.vmstate.testkit;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A small good image as named parts, each of which can be replaced or left out. */
public final class Parts {
  private final Map<String, byte[]> parts = new LinkedHashMap<>();

  private Parts() {}

  /** Returns a sequential stream: one block of four pages, one device called timer. */
  public static Parts sequential() {
    Parts image = new Parts();
    image.parts.put("header", new ImageBytes().header().toBytes());
    image.parts.put("configuration", new ImageBytes().configuration("test-1.0").toBytes());
    image.parts.put("start", start().toBytes());
    image.parts.put("part", pages(new ImageBytes().again(2, 1)).eos().footer(1).toBytes());
    image.parts.put("end", new ImageBytes().again(3, 1).eos().footer(1).toBytes());
    image.parts.put("device", device(2, 1, 2, 3, 4));
    image.parts.put("eof", new byte[] {0});
    image.describe("{\"name\": \"b\", \"type\": \"buffer\", \"size\": 4}");
    return image;
  }

  /** Returns the START record of the ram section. */
  public static ImageBytes start() {
    return list(new ImageBytes().section(1, 1, "ram", 0, 4).be64(0x4004)).eos().footer(1);
  }

  private static ImageBytes list(ImageBytes image) {
    return image.name("pc.ram").be64(0x4000);
  }

  /** Appends a data page and three zero pages. */
  public static ImageBytes pages(ImageBytes image) {
    return image
        .be64(8)
        .name("pc.ram")
        .fill(1, 4096)
        .be64(0x1022)
        .u8(0)
        .be64(0x2022)
        .u8(0)
        .be64(0x3022)
        .u8(0);
  }

  /** Returns a PART record of the ram section with what {@link #pages} gives, then more. */
  public static byte[] part(ImageBytes more) {
    return pages(new ImageBytes().again(2, 1)).raw(more.toBytes()).eos().footer(1).toBytes();
  }

  /** Returns a device section called timer with a payload. */
  public static byte[] device(long id, int... payload) {
    ImageBytes image = new ImageBytes().section(4, id, "timer", 0, 1);
    for (int b : payload) {
      image.u8(b);
    }
    return image.footer(id).toBytes();
  }

  /** Describes the device by the given fields. */
  public Parts describe(String... fields) {
    return json(
        "{\"configuration\": {}, \"page_size\": 4096, \"devices\": [{\"name\": \"timer\","
            + " \"instance_id\": 0, \"vmsd_name\": \"timer\", \"version\": 1, \"fields\": ["
            + String.join(", ", fields)
            + "]}]}");
  }

  /** Returns the description with its only device twice. */
  String describedTwice() {
    String text = new String(parts.get("description"), StandardCharsets.ISO_8859_1).substring(5);
    int start = text.indexOf("[{") + 1;
    String device = text.substring(start, text.length() - 2);
    return text.substring(0, start) + device + ", " + device + "]}";
  }

  /** Takes another description. */
  public Parts json(String text) {
    return with("description", new ImageBytes().description(text).toBytes());
  }

  /** Replaces a part. */
  public Parts with(String part, byte... bytes) {
    parts.put(part, bytes);
    return this;
  }

  /** Leaves a part out. */
  public Parts without(String part) {
    return with(part);
  }

  /** Returns a part. */
  public byte[] part(String part) {
    return parts.get(part);
  }

  /** Appends to a part. */
  public Parts after(String part, byte... bytes) {
    return with(part, new ImageBytes().raw(parts.get(part)).raw(bytes).toBytes());
  }

  /** Returns the image. */
  public byte[] toBytes() {
    ImageBytes image = new ImageBytes();
    parts.values().forEach(image::raw);
    return image.toBytes();
  }
}
