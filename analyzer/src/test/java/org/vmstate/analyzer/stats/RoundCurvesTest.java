package org.vmstate.analyzer.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.map.HtmlMap;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** The curves of the map show the rounds, as numbers in SVG that needs no program. */
class RoundCurvesTest {
  private static final int PAGE = 4096;

  private static ImageBytes head() {
    return ImageBytes.withRam("pc.ram", 8).again(2, 1);
  }

  /** Three rounds: pages 0 and 4, pages 4 and 5, page 5. */
  private static byte[] rounds() {
    ImageBytes image = head().be64(0x08).name("pc.ram").fill(1, PAGE);
    for (int page : new int[] {4, 4, 5, 5}) {
      image.be64((long) page * PAGE | 0x28).fill(page, PAGE);
    }
    return image.eos().footer(1).ended().u8(0).toBytes();
  }

  private static HeapSource source(byte[] image) {
    return new HeapSource(image, 0, new StructurePath());
  }

  private static String curves(byte[] image, boolean complete, long mostBytes) throws IOException {
    StringBuilder out = new StringBuilder();
    try (SaveStats stats = new SaveStats(mostBytes, false)) {
      ImageReader.read(source(image), ParseOptions.DEFAULT, stats);
      RoundCurves.write(stats, complete, out);
    }
    return out.toString();
  }

  private static List<String> lines(String text) {
    return Pattern.compile("points=\"([^\"]*)\"")
        .matcher(text)
        .results()
        .map(m -> m.group(1))
        .toList();
  }

  @Test
  void curvesOfPagesBytesAndSupersededBytes() throws IOException {
    String text = curves(rounds(), true, SentPages.MOST_BYTES);
    assertEquals(
        List.of(
            "10.0,26.0 380.0,26.0 750.0,61.0",
            "10.0,26.0 380.0,26.1 750.0,61.0",
            "10.0,96.0 380.0,26.0 750.0,26.0"),
        lines(text));
    assertTrue(text.contains("<title>round 3: 1</title>"), text);
    assertTrue(text.contains("<td class=\"n\">4104</td></tr>"), text);
    assertFalse(text.contains("class=\"dim\""), text);
  }

  @Test
  void whatIsNotKnownIsNotDrawn() throws IOException {
    String text = curves(rounds(), false, 0);
    assertEquals(2, lines(text).size());
    assertTrue(text.contains("ends early"), text);
    assertTrue(text.contains("what was sent again is not known"), text);
  }

  @Test
  void imageWithoutPagesHasNoCurve() throws IOException {
    byte[] image = head().eos().footer(1).ended().u8(0).toBytes();
    assertEquals("<p>No pages.</p>\n", curves(image, true, SentPages.MOST_BYTES));
  }

  @Test
  void mapHasThemOutsideOfItsScripts() throws IOException {
    byte[] whole = rounds();
    byte[] cut = Arrays.copyOf(whole, whole.length - 2 * PAGE);
    for (byte[] image : List.of(whole, cut)) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      HtmlMap.write(
          "guest",
          source(image),
          ParseOptions.DEFAULT,
          CheckOptions.DEFAULT,
          OptionalLong::empty,
          out);
      String page = out.toString(StandardCharsets.UTF_8);
      String still = page.substring(0, page.indexOf("<script"));
      assertEquals(3, lines(still).size());
      assertEquals(image == cut, still.contains("ends early"));
    }
  }
}
