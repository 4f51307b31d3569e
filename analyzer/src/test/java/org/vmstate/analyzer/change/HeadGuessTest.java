package org.vmstate.analyzer.change;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeadGuessTest {
  private static ByteBuffer stream(String machine, String rest) {
    byte[] name = machine.getBytes(StandardCharsets.ISO_8859_1);
    byte[] more = rest.getBytes(StandardCharsets.ISO_8859_1);
    return ByteBuffer.allocate(13 + name.length + more.length)
        .putInt(0x5145564d)
        .putInt(3)
        .put((byte) 7)
        .putInt(name.length)
        .put(name)
        .put(more)
        .flip();
  }

  private static HeadGuess guess(ByteBuffer head, String machine) {
    return HeadGuess.of(head, Optional.of(machine));
  }

  @Test
  void anotherMachineTypeMovesWhatFollowsIt() {
    assertEquals(new HeadGuess(false, 19, 2), guess(stream("pc-9.0", "more"), "pc-10.0x"));
    assertEquals(new HeadGuess(false, 19, -4), guess(stream("pc-9.0", ""), "pc"));
  }

  @Test
  void oneOfTheSameLengthMovesNothing() {
    assertEquals(new HeadGuess(false, 0, 0), guess(stream("pc-9.0", "more"), "pc-8.0"));
    assertEquals(
        new HeadGuess(false, 0, 0), HeadGuess.of(stream("pc-9.0", "more"), Optional.empty()));
  }

  @Test
  void fixedPlacesOfPagesDoNotMove() {
    assertEquals(new HeadGuess(true, 0, 0), guess(stream("pc-9.0", "mapped-ram"), "pc"));
  }

  @Test
  void whatIsNoStreamMayHaveHoles() {
    assertEquals(new HeadGuess(true, 0, 0), guess(ByteBuffer.wrap(new byte[64]), "pc"));
    assertEquals(new HeadGuess(true, 0, 0), guess(ByteBuffer.allocate(0), "pc"));
  }

  @Test
  void lengthOfTheNameIsNotBelieved() {
    ByteBuffer head = stream("pc-9.0", "");
    assertEquals(new HeadGuess(false, 0, 0), guess(head.putInt(9, -1), "pc"));
    assertEquals(new HeadGuess(false, 0, 0), guess(head.putInt(9, 7), "pc"));
  }
}
