package org.vmstate.analyzer.info;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;

class StreamEndTest {
  private static final int DESCRIPTION = 100;

  @ParameterizedTest
  @CsvSource({"7,true", "8,false", "41,false", "42,false", "43,false", "44,false", "92,false"})
  void aHeadOfAnotherStreamNeedsAPass(int at, boolean sound) throws IOException {
    assertEquals(sound, isSound(at, StreamFormat.MAGIC, StreamFormat.VERSION));
  }

  @ParameterizedTest
  @CsvSource({"93", "96", "99"})
  void aHeadThatReachesIntoTheDescriptionIsNone(int at) throws IOException {
    assertEquals(true, isSound(at, StreamFormat.MAGIC, StreamFormat.VERSION));
  }

  @ParameterizedTest
  @CsvSource({"41", "42", "43", "44"})
  void aMagicOfAnotherVersionIsNoHead(int at) throws IOException {
    assertEquals(true, isSound(at, StreamFormat.MAGIC, StreamFormat.VERSION + 1));
  }

  private static boolean isSound(int at, int magic, int version) throws IOException {
    byte[] bytes = new byte[DESCRIPTION + 20];
    Arrays.fill(bytes, (byte) 'Q');
    ByteBuffer.wrap(bytes).putInt(at, magic).putInt(at + Integer.BYTES, version);
    ByteRange description = new ByteRange(DESCRIPTION, bytes.length);
    return StreamEnd.isSound(
        new HeapSource(bytes, 0, new StructurePath()), 0, Optional.of(description));
  }
}
