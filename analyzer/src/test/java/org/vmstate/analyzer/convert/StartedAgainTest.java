package org.vmstate.analyzer.convert;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** A stream that names its memory more than once, which QEMU loads. */
class StartedAgainTest {
  @TempDir Path folder;

  private byte[] mapped(byte[] image) throws IOException {
    Path in = Files.write(folder.resolve("in"), image);
    Path out = folder.resolve("out");
    ConvertOptions options =
        ConvertOptions.to(FormatId.QEMU_MAPPED_RAM).with(PageOptions.DEFAULT.workers(1));
    try (ByteSource source = ImageReader.open(in);
        Destination target = Destination.file(out, true, false)) {
      new Converter(options, ParseOptions.DEFAULT, Progress.NONE, n -> {})
          .convert(source, in, target);
      target.commit(Outcome.WHOLE, false);
    }
    return Files.readAllBytes(out);
  }

  @Test
  void fixedLayoutHasTheMemoryOnce() throws IOException {
    byte[] good = mapped(Parts.sequential().toBytes());
    byte[] start = Parts.sequential().part("start");
    byte[] bare = new ImageBytes().section(1, 1, "ram", 0, 4).eos().footer(1).toBytes();
    for (String place : new String[] {"start", "part"}) {
      assertArrayEquals(good, mapped(Parts.sequential().after(place, start).toBytes()));
      assertArrayEquals(good, mapped(Parts.sequential().after(place, bare).toBytes()));
    }
    byte[] full = start.clone();
    full[0] = StreamFormat.SECTION_FULL;
    assertArrayEquals(good, mapped(Parts.sequential().with("start", full).toBytes()));
    byte[] list = Arrays.copyOfRange(start, start.length - 13 - 23, start.length - 13);
    ImageBytes part = new ImageBytes().again(2, 1).raw(list).eos().footer(1);
    assertArrayEquals(good, mapped(Parts.sequential().after("part", part.toBytes()).toBytes()));
  }

  @Test
  void afterItsEndItKeepsItsLayout() {
    byte[] start = Parts.sequential().part("start");
    UnsupportedFeatureException e =
        assertThrows(
            UnsupportedFeatureException.class,
            () -> mapped(Parts.sequential().after("end", start).toBytes()));
    assertEquals(Reason.RAM_STARTED_AGAIN, e.reason());
  }
}
