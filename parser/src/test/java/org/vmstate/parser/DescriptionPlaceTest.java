package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.testkit.ImageBytes;

/** Which description of a file counts; it is told once, from wherever the file is read. */
class DescriptionPlaceTest {
  private static final String FIRST = "{\"page_size\": 4096, \"devices\": []}";
  private static final String OTHER = "{\"page_size\": 4096}";

  /** Ranges of the descriptions that are told, and paths of the notices. */
  private static final class Told implements EventSink {
    private final List<String> ranges = new ArrayList<>();
    private final List<String> paths = new ArrayList<>();
    private int decoded;

    @Override
    public void accept(Event event) {
      switch (event) {
        case Event.Described e -> ranges.add(e.range().start() + "-" + e.range().end());
        case Event.Notice e -> paths.add(e.problem().path());
        case Event.Device e -> decoded += e.state().isPresent() ? 1 : 0;
        default -> {}
      }
    }
  }

  private static Told told(ImageBytes image, Recording.Place place) throws IOException {
    Told told = new Told();
    Recording.read(image.toBytes(), ParseOptions.DEFAULT, place, told, false);
    return told;
  }

  private static ImageBytes stream() {
    return ImageBytes.withRam("pc", "r", 1).u8(0);
  }

  private static String range(int start, String text) {
    return start + "-" + (start + text.length());
  }

  @ParameterizedTest
  @EnumSource
  void descriptionIsToldOnce(Recording.Place place) throws IOException {
    int start = stream().size() + 5;
    assertEquals(List.of(range(start, FIRST)), told(stream().description(FIRST), place).ranges);
    assertEquals(
        List.of(range(start, FIRST)), told(stream().description(FIRST).text("more"), place).ranges);
  }

  @ParameterizedTest
  @EnumSource
  void descriptionOfAStreamWithDevicesIsToldOnce(Recording.Place place) throws IOException {
    ImageBytes image = ImageBytes.withRam("pc", "r", 1);
    image.section(4, 2, "dev", 0, 1).u8(1).footer(2).u8(0);
    int start = image.size() + 5;
    assertEquals(List.of(range(start, FIRST)), told(image.description(FIRST), place).ranges);
  }

  /** What follows may be left of a longer stream, as in a volume that is used again. */
  @Test
  void descriptionThatTheFileEndsWithIsTheOneThatIsTold() throws IOException {
    ImageBytes image = stream().description(FIRST).text("older").u8(0);
    int start = image.size() + 5;
    Told told = told(image.description(OTHER), Recording.Place.HEAP);
    assertEquals(List.of(range(start, OTHER)), told.ranges);
  }

  @ParameterizedTest
  @EnumSource
  void bytesAfterADescriptionAreNoPartOfIt(Recording.Place place) throws IOException {
    assertEquals(List.of(""), told(stream().description(FIRST).text("more"), place).paths);
  }

  /**
   * A device that holds so many descriptions of other devices; the file does not end with its own.
   */
  private static Told deviceWithDescriptions(int count) throws IOException {
    ImageBytes image = ImageBytes.withRam("pc", "r", 1);
    image.section(4, 2, "dev", 0, 1);
    for (int i = 0; i < count; i++) {
      image.u8(0).description(FIRST);
    }
    String own =
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"dev\", \"instance_id\": 0,"
            + " \"vmsd_name\": \"dev\", \"version\": 1, \"fields\": [{\"name\": \"b\","
            + " \"type\": \"buffer\", \"size\": "
            + count * (FIRST.length() + 6)
            + "}]}]}";
    return told(image.footer(2).u8(0).description(own).text("more"), Recording.Place.HEAP);
  }

  @Test
  void descriptionThatDoesNotNameTheDeviceIsAPartOfIt() throws IOException {
    assertEquals(1, deviceWithDescriptions(1).decoded);
  }

  /** Whoever writes millions of them into a device would else have each of them read. */
  @Test
  void ofDescriptionsInADeviceOnlySomeAreLookedInto() throws IOException {
    assertEquals(1, deviceWithDescriptions(63).decoded);
    assertEquals(0, deviceWithDescriptions(64).decoded);
  }
}
