package org.vmstate.analyzer.map;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckPrinter;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.dump.Dump;
import org.vmstate.analyzer.dump.DumpOptions;
import org.vmstate.analyzer.info.InfoPrinter;
import org.vmstate.analyzer.info.InfoReader;
import org.vmstate.analyzer.report.JsonReport;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.stats.RoundCurves;
import org.vmstate.analyzer.stats.SaveStats;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Writes one page that shows an image and needs nothing else: data and program are in it. */
public final class HtmlMap {
  private static final String ROUNDS = "<!--ROUNDS-->";
  private static final String MARK = "<!--DATA-->";

  private final String name;
  private final ByteSource source;
  private final ParseOptions options;
  private final OutputStream out;
  private Optional<StateFormatException> error = Optional.empty();

  private HtmlMap(String name, ByteSource source, ParseOptions options, OutputStream out) {
    this.name = name;
    this.source = source;
    this.options = options;
    this.out = out;
  }

  /** Writes a part of the data. */
  private interface Part {
    void write(Report report) throws IOException;
  }

  /**
   * Writes the page, of a damaged image as far as it can be read. The image is read several times.
   *
   * @param source can be sought
   * @param check how to check
   * @return the damage
   */
  public static Optional<StateFormatException> write(
      String name,
      ByteSource source,
      ParseOptions options,
      CheckOptions check,
      Supplier<OptionalLong> diskSize,
      OutputStream out)
      throws IOException {
    HtmlMap map = new HtmlMap(withoutFolder(name), source, options, out);
    map.write(check, diskSize);
    return map.error;
  }

  /** A page is passed on; where the image lay on its host concerns nobody there. */
  private static String withoutFolder(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  private void write(CheckOptions check, Supplier<OptionalLong> diskSize) throws IOException {
    String page;
    try (InputStream in = HtmlMap.class.getResourceAsStream("map.html")) {
      page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    int rounds = page.indexOf(ROUNDS);
    int mark = page.indexOf(MARK);
    text(page.substring(0, rounds));
    rounds();
    text(page.substring(rounds + ROUNDS.length(), mark));
    part(
        "info",
        report ->
            InfoPrinter.report(InfoReader.read(name, source, options, true, diskSize), report));
    part(
        "check",
        report -> CheckPrinter.report(name, new Checker(options, check).check(source), report));
    part("map", report -> MapPrinter.bytes(name, source, options, 2, report));
    DumpOptions shown = new DumpOptions(false, Optional.empty(), false, false, false, false);
    part("dump", report -> found(new Dump(shown, options).run(name, source, report)));
    part("cells", report -> found(CellMap.write(source, options, report)));
    text(page.substring(mark + MARK.length()));
  }

  /** Keeps the first damage: a file may be cut between two passes. */
  private void found(Optional<StateFormatException> damage) {
    error = error.or(() -> damage);
  }

  private void rounds() throws IOException {
    source.seek(source.origin());
    try (SaveStats stats = new SaveStats()) {
      Optional<StateFormatException> damage = Optional.empty();
      try {
        ImageReader.read(source, options, stats);
      } catch (StateFormatException e) {
        damage = Optional.of(e);
      }
      found(damage);
      StringBuilder curves = new StringBuilder();
      RoundCurves.write(stats, damage.isEmpty(), curves);
      text(curves.toString());
    }
  }

  private void text(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private void part(String id, Part part) throws IOException {
    text("<script type=\"application/json\" id=\"" + id + "\">");
    source.seek(source.origin());
    try (Report report = new JsonReport(new Harmless(out), true)) {
      part.write(report);
    }
    text("</script>\n");
  }

  /** No text of an image may end the element it stands in. */
  private static final class Harmless extends FilterOutputStream {
    private static final byte[] LESS = "\\u003c".getBytes(StandardCharsets.US_ASCII);

    Harmless(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      if (b == '<') {
        out.write(LESS);
      } else {
        out.write(b);
      }
    }

    @Override
    public void write(byte[] data, int from, int length) throws IOException {
      int start = from;
      for (int i = from; i < from + length; i++) {
        if (data[i] == '<') {
          out.write(data, start, i - start);
          out.write(LESS);
          start = i + 1;
        }
      }
      out.write(data, start, from + length - start);
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
