package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.testkit.DeviceRecipe;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.ImageRecipe;
import org.vmstate.testkit.PageRecord;

/** Memory is passed over where the description says what lies after it, and only there. */
class DevicesOnlyTest {

  /** What a reader of devices sees. */
  private static final class Devices implements EventSink {
    private final List<String> states = new ArrayList<>();
    private int runs;

    @Override
    public void accept(Event event) {
      switch (event) {
        case Event.Device e ->
            states.add(e.section() + " " + e.state().map(StateNode::range) + e.problem());
        case Event.RamPages _ -> runs++;
        default -> {}
      }
    }
  }

  private static Devices read(byte[] image, Extent extent, Recording.Place place)
      throws IOException {
    Devices devices = new Devices();
    Recording.read(image, ParseOptions.DEFAULT.with(extent), place, devices, false);
    return devices;
  }

  private static ImageRecipe recipe(boolean described) {
    PageRecord page = new PageRecord(0, 0, 3, true, false);
    List<DeviceRecipe> devices =
        List.of(
            new DeviceRecipe("timer", 0, new byte[] {1, 2, 3}),
            new DeviceRecipe("cpu", 1, new byte[40]));
    return new ImageRecipe(12, List.of(2), List.of(List.of(page)), devices, described);
  }

  @Provide
  Arbitrary<ImageRecipe> recipes() {
    return ImageArbitraries.recipes();
  }

  @Property(tries = 200)
  void devicesAreTheSame(@ForAll("recipes") ImageRecipe recipe) throws IOException {
    for (Recording.Place place : Recording.Place.values()) {
      assertSame(recipe.sequential(), place);
    }
    assertSame(recipe.mapped(1 << 13), Recording.Place.FILE);
  }

  private static void assertSame(byte[] image, Recording.Place place) throws IOException {
    assertEquals(
        read(image, Extent.WHOLE, place).states, read(image, Extent.DEVICES, place).states);
  }

  @Test
  void memoryOfADescribedFileIsPassedOver() throws IOException {
    byte[] image = recipe(true).sequential();
    Devices found = read(image, Extent.DEVICES, Recording.Place.FILE);
    assertEquals(0, found.runs);
    assertEquals(2, found.states.size());
    assertEquals(1, read(image, Extent.WHOLE, Recording.Place.FILE).runs);
  }

  @Test
  void memoryWithoutADescriptionOrFromAPipeIsRead() throws IOException {
    assertEquals(1, read(recipe(false).sequential(), Extent.DEVICES, Recording.Place.FILE).runs);
    assertEquals(1, read(recipe(true).sequential(), Extent.DEVICES, Recording.Place.PIPE).runs);
  }

  /** A section that is not where the description says might hide others; so all is read. */
  @Test
  void memoryIsReadWhenADeviceIsNotWhereItShouldBe() throws IOException {
    byte[] image = recipe(true).sequential();
    String text = new String(image, StandardCharsets.ISO_8859_1);
    int name = text.indexOf("timer");
    for (int at : new int[] {name - 6, name - 5, name - 1, name, name + 8, name + 13 + 3}) {
      byte[] other = image.clone();
      other[at] ^= 1;
      Devices found = new Devices();
      try {
        Recording.read(
            other, ParseOptions.DEFAULT.with(Extent.DEVICES), Recording.Place.HEAP, found, false);
      } catch (StateFormatException e) {
        // the damage was met on the way
      }
      assertEquals(1, found.runs, "byte " + at);
    }
  }

  @Test
  void deviceInFrontOfTheMemoryIsCountedAsSeen() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.section(4, 5, "early", 0, 1).u8(7).footer(5);
    image.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000).eos().footer(1);
    image.again(3, 1).be64(8).name("r").fill(3, 4096).eos().footer(1);
    image.section(4, 2, "late", 0, 1).u8(8).footer(2).u8(0);
    String device =
        "{\"name\": \"%s\", \"instance_id\": 0, \"vmsd_name\": \"%s\", \"version\": 1,"
            + " \"fields\": [{\"name\": \"a\", \"type\": \"uint8\", \"size\": 1}]}";
    image.description(
        "{\"page_size\": 4096, \"devices\": [%s, %s]}"
            .formatted(device.formatted("early", "early"), device.formatted("late", "late")));
    Devices found = read(image.toBytes(), Extent.DEVICES, Recording.Place.HEAP);
    assertEquals(0, found.runs);
    assertEquals(read(image.toBytes(), Extent.WHOLE, Recording.Place.HEAP).states, found.states);
  }

  @Test
  void lengthsBeyond64BitsEndTheCount() throws IOException {
    for (String size : List.of("4611686018427387904", "1099511627776")) {
      ImageBytes image = new ImageBytes().header().configuration("pc");
      image.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000).eos().footer(1);
      image.again(3, 1).be64(8).name("r").fill(3, 4096).eos().footer(1);
      image.section(4, 2, "d", 0, 1).u8(8).footer(2).u8(0);
      image.description(
          "{\"page_size\": 4096, \"devices\": [{\"name\": \"d\", \"instance_id\": 0,"
              + " \"vmsd_name\": \"d\", \"version\": 1, \"fields\": [{\"name\": \"a\","
              + " \"type\": \"buffer\", \"array_len\": 1000000, \"size\": "
              + size
              + "}]}]}");
      assertEquals(1, read(image.toBytes(), Extent.DEVICES, Recording.Place.HEAP).runs);
    }
  }

  /** A stream with memory and one device whose payload and description are given. */
  private static byte[] described(String name, long instance, ImageBytes payload, String members) {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.section(1, 1, "ram", 0, 4).be64(0x1004).name("r").be64(0x1000).eos().footer(1);
    image.again(3, 1).be64(8).name("r").fill(3, 4096).eos().footer(1);
    image.section(4, 2, name, instance, 1).raw(payload.toBytes()).footer(2).u8(0);
    return image
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \""
                + name
                + "\", \"instance_id\": "
                + instance
                + ", \"vmsd_name\": \"dev\", \"version\": 1, "
                + members
                + "}]}")
        .toBytes();
  }

  private static final String TWO_BYTES =
      "\"fields\": [{\"name\": \"a\", \"type\": \"uint16\", \"size\": 2}]";

  private static void passedOver(byte[] image) throws IOException {
    Devices found = read(image, Extent.DEVICES, Recording.Place.HEAP);
    assertEquals(0, found.runs);
    assertEquals(read(image, Extent.WHOLE, Recording.Place.HEAP).states, found.states);
  }

  @Test
  void namesAndInstancesOfAnyLengthAreCounted() throws IOException {
    passedOver(described("d", 0, new ImageBytes().be16(7), TWO_BYTES));
    passedOver(described("d".repeat(200), 0, new ImageBytes().be16(7), TWO_BYTES));
    passedOver(described("dev", 0xfffffff0L, new ImageBytes().be16(7), TWO_BYTES));
  }

  @Test
  void arraysAndSubsectionsAreCounted() throws IOException {
    String array = "{\"name\": \"b\", \"array_len\": %d, \"type\": \"uint32\", \"size\": 4}";
    passedOver(
        described(
            "dev",
            0,
            new ImageBytes().be32(1).be32(2).be32(3).u8(1),
            "\"fields\": ["
                + String.format(Locale.ROOT, array, 3)
                + ", {\"name\": \"c\", \"type\": \"uint8\", \"size\": 1}]"));
    String inner =
        "{\"vmsd_name\": \"dev/one/two\", \"version\": 1, \"fields\": ["
            + String.format(Locale.ROOT, array, 2)
            + "]}";
    ImageBytes payload = new ImageBytes().be16(7).u8(5).name("dev/one").be32(1).be16(8);
    payload.u8(5).name("dev/one/two").be32(1).be32(1).be32(2);
    passedOver(
        described(
            "dev",
            0,
            payload,
            TWO_BYTES
                + ", \"subsections\": [{\"vmsd_name\": \"dev/one\", \"version\": 1, "
                + TWO_BYTES
                + ", \"subsections\": ["
                + inner
                + "]}]"));
  }

  /** What a description says must fit between the memory and the end, and end with a footer. */
  @Test
  void memoryIsReadWhereTheDescriptionSaysMoreOrLessThanThereIs() throws IOException {
    for (String size : List.of("1", "3", "4000", "4100", "9000", "2147483647")) {
      String members = "\"fields\": [{\"name\": \"a\", \"type\": \"buffer\", \"size\": %s}]";
      byte[] image = described("dev", 0, new ImageBytes().be16(7), members.formatted(size));
      assertEquals(1, read(image, Extent.DEVICES, Recording.Place.HEAP).runs, size);
    }
    for (String size : List.of("1", "5000", "9223372036854775807")) {
      String members =
          TWO_BYTES
              + ", \"subsections\": [{\"vmsd_name\": \"dev/x\", \"version\": 1, \"fields\": ["
              + "{\"name\": \"a\", \"type\": \"buffer\", \"size\": %s}]}]";
      byte[] image = described("dev", 0, new ImageBytes().be16(7), members.formatted(size));
      assertEquals(1, read(image, Extent.DEVICES, Recording.Place.HEAP).runs, size);
    }
  }
}
