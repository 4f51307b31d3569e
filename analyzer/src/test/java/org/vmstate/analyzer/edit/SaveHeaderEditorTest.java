package org.vmstate.analyzer.edit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.samples.Samples;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** What an edit must leave alone, and that {@code check} sees it when it did not. */
class SaveHeaderEditorTest {
  @TempDir Path folder;

  private static SaveHeaderChange xml(String text) {
    return new SaveHeaderChange(Optional.of(text), Optional.of(true), Optional.empty());
  }

  private byte[] sample(String name, Path file) throws IOException {
    Samples.unpack(name, file);
    return Files.readAllBytes(file);
  }

  private static List<Rule> found(Path image) throws IOException {
    try (ByteSource source = ImageReader.open(image)) {
      CheckResult result = new Checker(ParseOptions.DEFAULT, CheckOptions.DEFAULT).check(source);
      return rules(result);
    }
  }

  private static List<Rule> rules(CheckResult result) {
    return result.findings().list().stream().map(Finding::rule).distinct().toList();
  }

  /** V095: length and stream are those of before. */
  @Test
  void editInPlaceKeepsLengthAndStream() throws IOException {
    Path file = folder.resolve("image");
    for (String name : List.of("libvirt-zstd", "libvirt-sparse")) {
      byte[] before = sample(name, file);
      SaveHeaderEditor.open(file).inPlace(xml("<domain><name>n</name></domain>"));
      byte[] after = Files.readAllBytes(file);
      int stream =
          SaveFormat.HEADER_LENGTH
              + ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN).getInt(20);
      assertEquals(before.length, after.length);
      assertArrayEquals(
          Arrays.copyOfRange(before, 20, 24), Arrays.copyOfRange(after, 20, 24), "data length");
      assertArrayEquals(
          Arrays.copyOfRange(before, stream, before.length),
          Arrays.copyOfRange(after, stream, after.length),
          "stream");
    }
  }

  /** V095: strings that do not fit are refused, and nothing is written. */
  @Test
  void textsThatDoNotFitAreRefused() throws IOException {
    Path file = folder.resolve("image");
    byte[] before = sample("libvirt-zstd", file);
    SaveHeaderEditor editor = SaveHeaderEditor.open(file);
    String longer = "<domain>" + " ".repeat(100_000) + "</domain>";
    assertThrows(ConversionException.class, () -> editor.inPlace(xml(longer)));
    assertArrayEquals(before, Files.readAllBytes(file));
  }

  /** V096: a longer text moves pages and offsets together; the stream alone shows as moved. */
  @Test
  void sparseImageThatGrowsKeepsItsPlacesRight() throws IOException {
    Path file = folder.resolve("image");
    byte[] before = sample("libvirt-sparse", file);
    Path grown = folder.resolve("grown");
    String longer = "<domain><name>n</name>" + " ".repeat(100_000) + "</domain>";
    try (Destination out = Destination.file(grown, true, false)) {
      SaveHeaderEditor.open(file).copy(xml(longer), out, Progress.NONE, note -> {});
      out.commit(Outcome.WHOLE, false);
    }
    List<Rule> right = found(grown);
    assertTrue(!right.contains(Rule.BITMAP_INSIDE), right.toString());
    assertTrue(!right.contains(Rule.OFFSETS_ABSOLUTE), right.toString());

    ByteBuffer wrong = ByteBuffer.allocate(before.length + 4096);
    int stream =
        SaveFormat.HEADER_LENGTH
            + ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN).getInt(20);
    wrong
        .put(before, 0, stream)
        .position(stream + 4096)
        .put(before, stream, before.length - stream);
    wrong.order(ByteOrder.LITTLE_ENDIAN).putInt(20, stream + 4096 - SaveFormat.HEADER_LENGTH);
    Files.write(file, wrong.array());
    List<Rule> moved = found(file);
    assertTrue(moved.contains(Rule.BITMAP_INSIDE), moved.toString());
  }
}
