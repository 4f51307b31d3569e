package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** The end mark, the description after it, and what follows. */
class StreamEndRulesTest extends StreamRules {
  @Test
  void bytesAfterTheStreamAreCounted() throws IOException {
    Recording r = Recording.of(ram().ended().u8(0).text("tails").toBytes());
    assertEquals(List.of("5 bytes follow the end of the stream"), r.notices);
    assertEquals(RAM_END + 19, r.all(Event.Trailing.class).getFirst().range().start());
    whole(ram().ended().u8(0).text("tails"));
    whole(ram().ended().u8(0).text("tails--"));
  }

  /** A part that zeros were written over looks like an end mark; the stream's end shows it. */
  @Test
  void zerosInTheMiddleAreNoEndMark() throws IOException {
    String words =
        "end mark: expected at the end of the stream, found one where more of it follows";
    notWhole(ram().zeros(20).footer(7).u8(0), RAM_END, words);
    notWhole(ram().u8(0).footer(7).u8(0), RAM_END, words);
    notWhole(ram().zeros(20).u8(0).description("{\"page_size\": 4096}"), RAM_END, words);
    whole(ram().ended().zeros(20));
    whole(ram().ended().u8(0).footer(7).u8(1));
    whole(ram().ended().u8(0).u8(0x7d).be32(7).u8(0));
    whole(ram().ended().u8(0).be32(7).u8(0));
    whole(ram().u8(0).description("{\"page_size\": 4096}"));
  }

  /** The description of what was there before shows it, also where something follows that. */
  @Test
  void zerosBeforeADescriptionAreNoEndMark() {
    notWhole(
        ram().zeros(20).u8(0).description("{\"page_size\": 4096}").text("more"),
        RAM_END,
        "end mark: expected at the end of the stream, found one where more of it follows");
  }

  /** A device may hold all that a stream ends with; cut anywhere after that, it is not whole. */
  @Test
  void endInsideADeviceIsNoEndOfACutStream() throws IOException {
    String other = "{\"page_size\": 4096, \"devices\": [" + device("other", 1) + "]}";
    byte[] inner = new ImageBytes().u8(1).footer(4).u8(0).description(other).fill(9, 50).toBytes();
    String own = "{\"page_size\": 4096, \"devices\": [" + device("dev", inner.length) + "]}";
    ImageBytes image = ram().section(4, 4, "dev", 0, 1);
    int end = image.size() + inner.length - 50;
    byte[] bytes = image.raw(inner).footer(4).u8(0).description(own).toBytes();
    whole(image);
    // where it ends with a description, all of it may be there
    for (int length = end + 1; length < bytes.length; length++) {
      ImageBytes cut = new ImageBytes().raw(Arrays.copyOf(bytes, length));
      assertThrows(StateFormatException.class, () -> whole(cut), "" + length);
    }
  }

  private static String device(String name, int size) {
    return "{\"name\": \"%s\", \"instance_id\": 0, \"vmsd_name\": \"x\", \"version\": 1,"
            .formatted(name)
        + " \"fields\": [{\"name\": \"b\", \"type\": \"buffer\", \"size\": %s}]}".formatted(size);
  }

  @Test
  void descriptionReachesToItsLength() throws IOException {
    ImageBytes image = ram().u8(0).description("{\"page_size\": 4096}").text("more");
    Recording r = Recording.of(image.toBytes());
    Event.Description description = r.all(Event.Description.class).getFirst();
    assertEquals(RAM_END + 1, description.range().start());
    assertEquals(RAM_END + 1 + 5 + 19, description.range().end());
    assertEquals(List.of("4 bytes follow the end of the stream"), r.notices);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void cutFrameOfADescriptionIsToldAtItsStart(int length) {
    byte[] frame = new ImageBytes().u8(6).be32(100).toBytes();
    ImageBytes image = ram().u8(0);
    for (int i = 0; i < length; i++) {
      image.u8(frame[i]);
    }
    notWhole(image, RAM_END + 1, "vmdescription: expected 5 bytes, found the end of the file");
  }

  @Test
  void cutTextOfADescriptionIsToldAtItsEnd() throws IOException {
    ImageBytes image = ram().u8(0).u8(6).be32(100).text("{\"page");
    notWhole(image, image.size(), "vmdescription: expected 100 bytes, found the end of the file");
    Recording r = Recording.of(image.toBytes());
    assertEquals(image.size(), r.all(Event.Description.class).getFirst().range().end());
    assertEquals(0, r.all(Event.Trailing.class).size());
    byte[] bytes = image.toBytes();
    Recording pipe = Recording.of(bytes, ParseOptions.DEFAULT, Recording.Place.PIPE);
    assertEquals(bytes.length, pipe.all(Event.Description.class).getFirst().range().end());
  }

  @Test
  void brokenDescriptionEndsWithItsLength() throws IOException {
    for (Recording.Place place : Recording.Place.values()) {
      ImageBytes image = ram().u8(0).description("{\"page_size\": }").text("more");
      Recording r = Recording.of(image.toBytes(), ParseOptions.DEFAULT, place);
      assertEquals(RAM_END + 1 + 5 + 15, r.all(Event.Description.class).getFirst().range().end());
      assertEquals(4, r.all(Event.Trailing.class).getFirst().range().length());
    }
    whole(ram().u8(0).description("{\"page_size\": }"));
  }

  @Test
  void descriptionAsLongAsTheLimitIsUsed() throws IOException {
    String json = "{\"page_size\": 4096}";
    byte[] image = ram().u8(0).description(json).toBytes();
    for (Recording.Place place : Recording.Place.values()) {
      ParseOptions enough = options(9, json.length());
      assertEquals(List.of(), Recording.of(image, enough, place).notices);
      Recording r = Recording.of(image, options(9, json.length() - 1), place);
      assertEquals(1, r.notices.size());
      assertEquals(image.length, r.all(Event.Description.class).getFirst().range().end());
    }
    assertEquals(
        List.of("vmdescription: framed, but cannot be used: expected at most 18 bytes, found 19"),
        Recording.of(image, options(9, 18), Recording.Place.HEAP).notices);
  }

  @Test
  void descriptionThatIsTooLongEndsWithItsLengthWhateverFollows() throws IOException {
    String json = "{\"page_size\": 4096}";
    byte[] image = ram().u8(0).description(json).fill(0x33, 300_000).toBytes();
    for (Recording.Place place : Recording.Place.values()) {
      Recording r = Recording.of(image, options(9, json.length() - 1), place);
      assertEquals(
          RAM_END + 1 + 5 + json.length(), r.all(Event.Description.class).getFirst().range().end());
    }
  }
}
