package org.vmstate.analyzer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vmstate.analyzer.samples.Sample;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.qcow2.NoSuchSnapshotException;

/** The bundled samples: real bytes, whole and damaged. */
class SamplesTest {
  private static final int DAMAGES = 400;

  @TempDir Path scratch;

  static Stream<Sample> samples() throws IOException {
    return Samples.list().stream();
  }

  @Test
  void thereAreSamplesOfEachKind() throws IOException {
    List<String> names = Samples.list().stream().map(Sample::name).toList();
    assertTrue(
        names.containsAll(List.of("pc", "pc-mapped", "pc-xbzrle", "libvirt-sparse")),
        names.toString());
  }

  @ParameterizedTest
  @MethodSource("samples")
  void everyByteOfASampleIsCovered(Sample sample) throws IOException {
    Path file = scratch.resolve("sample");
    Samples.unpack(sample.name(), file);
    long[] covered = new long[1];
    boolean[] compressed = new boolean[1];
    try (ByteSource source = Container.openState(file)) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          event -> {
            if (event.covers()) {
              assertEquals(covered[0], event.range().start(), event.toString());
              assertFalse(event instanceof Event.Unknown, event.toString());
              covered[0] = event.range().end();
            }
            if (event instanceof Event.CompressedStream) {
              compressed[0] = true;
              covered[0] = 0;
            }
          });
      assertTrue(compressed[0] || covered[0] == source.length());
    }
  }

  @ParameterizedTest
  @MethodSource("samples")
  void damagedSamplesGiveAResultOrOurError(Sample sample) throws IOException {
    Path file = scratch.resolve("sample");
    Samples.unpack(sample.name(), file);
    byte[] bytes = Files.readAllBytes(file);
    int refused = 0;
    for (int i = 0; i < DAMAGES; i++) {
      // dense at the head and the tail, where the structure is
      int at =
          switch (i % 3) {
            case 0 -> i;
            case 1 -> bytes.length - 1 - i * 97 % Math.min(bytes.length, 120_000);
            default -> (int) ((long) bytes.length * i / DAMAGES);
          };
      bytes[at] ^= (byte) 0xff;
      refused += read(bytes, bytes.length) ? 0 : 1;
      bytes[at] ^= (byte) 0xff;
      refused += read(bytes, at) ? 0 : 1;
    }
    assertTrue(refused > DAMAGES / 4, "refused " + refused);
  }

  private static boolean read(byte[] bytes, int length) throws IOException {
    byte[] image = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    try (ByteSource source =
        Container.open(new HeapSource(image, 0, new StructurePath()), null)
            .state(Optional.empty())) {
      ImageReader.read(
          source,
          ParseOptions.DEFAULT,
          new EventSink() {
            @Override
            public void accept(Event event) {}

            @Override
            public boolean wants(Want want) {
              return want == Want.MAPPED_PAGES;
            }
          });
      return true;
    } catch (StateFormatException e) {
      assertTrue(e.offset() >= 0, e.getMessage());
      return false;
    } catch (NoSuchSnapshotException e) {
      return false;
    }
  }
}
