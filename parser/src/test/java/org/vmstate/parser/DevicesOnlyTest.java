package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
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

/** Memory is passed over where the description tells what lies behind it, and only there. */
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
}
