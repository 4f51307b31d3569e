package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** Commands of a stream: their lengths and what they announce. */
class CommandRulesTest extends StreamRules {
  @Test
  void commandIsToldWithItsBytes() throws IOException {
    ImageBytes image = ram().u8(8).be16(3).be16(16).be64(0x1000).be64(0x1000).u8(0);
    Event.Command command = Recording.of(image.toBytes()).all(Event.Command.class).getFirst();
    assertEquals(3, command.code());
    assertArrayEquals(new ImageBytes().be64(0x1000).be64(0x1000).toBytes(), command.payload());
  }

  /** PING has 4 bytes, OPEN_RETURN_PATH none; those of POSTCOPY_ADVISE may be missing. */
  @ParameterizedTest
  @CsvSource({"2, 4, true", "2, 3, false", "1, 0, true", "1, 1, false", "3, 0, true", "3, 9, true"})
  void commandHasItsLength(int code, int length, boolean right) throws IOException {
    ImageBytes image = ram().u8(8).be16(code).be16(length).zeros(length).u8(0);
    Recording r = Recording.of(image.toBytes());
    String label = code == 1 ? "open-return-path: expected 0" : "ping: expected 4";
    assertEquals(
        right ? List.of() : List.of("command " + label + " bytes, found " + length), r.notices);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 12, 65535})
  void commandOutsideTheListIsNotKnown(int code) throws IOException {
    Recording r = Recording.of(ram().u8(8).be16(code).be16(0).u8(0).toBytes());
    assertEquals(List.of("command " + code + " is not known"), r.notices);
  }

  /** Only the form with two words of sizes says that the list has such sizes. */
  @Test
  void adviceWithoutSizesAnnouncesNone() throws IOException {
    ImageBytes image = new ImageBytes().header().configuration("pc");
    image.u8(8).be16(3).be16(8).be64(0x201000).section(1, 1, "ram", 0, 4);
    image.be64(0x200004).name("a").be64(0x200000).eos().footer(1).u8(0);
    assertEquals(0, Recording.of(image.toBytes()).blocks.getFirst().hostPageSize());
  }
}
