package org.vmstate.analyzer.map;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;
import org.vmstate.analyzer.report.Report;
import org.vmstate.analyzer.report.Visible;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.MemoryRun;
import org.vmstate.parser.memory.PageState;

/** Prints maps as they are made. */
public final class MapPrinter {
  private MapPrinter() {}

  /** Prints a line for each stretch of the file; returns the error that ended the pass, if any. */
  public static Optional<StateFormatException> bytes(
      ByteSource source, ParseOptions options, int level, PrintStream out) throws IOException {
    boolean[] decompressed = new boolean[1];
    out.println("start            length           what");
    FileMap map =
        new FileMap(
            level,
            entry -> {
              if (entry.decompressed() && !decompressed[0]) {
                decompressed[0] = true;
                out.println("decompressed:");
              }
              out.println(
                  String.format(
                      Locale.ROOT,
                      "%-16s %-16d %s",
                      "0x" + Long.toHexString(entry.range().start()),
                      entry.range().length(),
                      Visible.text(what(entry, level))));
            });
    return read(source, options, map);
  }

  private static Optional<StateFormatException> read(
      ByteSource source, ParseOptions options, FileMap map) throws IOException {
    try {
      ImageReader.read(source, options, map);
      return Optional.empty();
    } catch (StateFormatException e) {
      return Optional.of(e);
    } finally {
      map.finish();
    }
  }

  private static String what(Entry entry, int level) {
    return switch (level) {
      case 1 -> entry.part();
      case 2 -> entry.part() + ": " + entry.record();
      default ->
          entry.part()
              + ": "
              + entry.record()
              + (entry.name().equals(entry.record()) ? "" : ": " + entry.name());
    };
  }

  /** Writes an object for each stretch of the file; returns the error that ended the pass. */
  public static Optional<StateFormatException> bytes(
      String image, ByteSource source, ParseOptions options, int level, Report report)
      throws IOException {
    report.beginObject("");
    report.text("image", image);
    report.number("level", level);
    report.beginArray("entries");
    FileMap map =
        new FileMap(
            level,
            entry -> {
              report.beginObject("");
              report.number("start", entry.range().start());
              report.number("length", entry.range().length());
              if (entry.decompressed()) {
                report.bool("decompressed", true);
              }
              report.text("part", entry.part());
              if (level > 1) {
                report.text("record", entry.record());
              }
              if (level > 2) {
                report.text("name", entry.name());
              }
              report.end();
            });
    Optional<StateFormatException> error = read(source, options, map);
    report.end();
    report.bool("complete", error.isEmpty());
    report.end();
    return error;
  }

  /** Returns what a run is called: a page of which the image has nothing is no zero page. */
  static String kind(MemoryRun run) {
    return switch (run) {
      case MemoryRun.Data data -> data.kind().label();
      case MemoryRun.Fill fill -> fill.value() == 0 ? "zero" : "fill";
      case MemoryRun.NeverSent _ -> PageState.NEVER_SENT.label();
      case MemoryRun.LeftOut _ -> PageState.LEFT_OUT.label();
    };
  }

  /** Returns where the data of the first page stands, -1 where there is none in one place. */
  static long offset(MemoryRun run) {
    return run instanceof MemoryRun.Data data ? data.offset() : -1;
  }

  /** Returns the byte of which pages are filled, 0 where they are not. */
  private static int fill(MemoryRun run) {
    return run instanceof MemoryRun.Fill fill ? fill.value() : 0;
  }

  /** Prints a line for each run of pages. */
  public static void pages(ByteSource source, ParseOptions options, PrintStream out)
      throws IOException {
    try (SentMemory memory = new SentMemory()) {
      memory.read(source, options);
      for (RamBlock block : memory.contents().blocks()) {
        out.println(Visible.text(block.name()) + ": " + block.usedLength() + " bytes");
        memory.runs(
            block,
            (run, times) -> {
              int size = block.pageSize();
              String line =
                  String.format(
                      Locale.ROOT,
                      "  0x%012x to 0x%012x %-10s%s%s%s",
                      run.firstPage() * size,
                      (run.firstPage() + run.count()) * size,
                      kind(run),
                      fill(run) != 0 ? String.format(Locale.ROOT, " 0x%02x", fill(run)) : "",
                      offset(run) >= 0 ? " at 0x" + Long.toHexString(offset(run)) : "",
                      times > 1 ? ", sent " + times + " times" : "");
              out.println(line.stripTrailing());
            });
      }
    }
  }

  /** Writes an object for each block, with its runs. */
  public static void pages(String image, ByteSource source, ParseOptions options, Report report)
      throws IOException {
    try (SentMemory memory = new SentMemory()) {
      memory.read(source, options);
      report.beginObject("");
      report.text("image", image);
      report.beginArray("blocks");
      for (RamBlock block : memory.contents().blocks()) {
        report.beginObject("");
        report.text("name", block.name());
        report.number("used_length", block.usedLength());
        report.number("page_size", block.pageSize());
        report.beginArray("runs");
        memory.runs(block, (run, times) -> run(report, run, times));
        report.end();
        report.end();
      }
      report.end();
      report.end();
    }
  }

  private static void run(Report report, MemoryRun run, int times) throws IOException {
    report.beginObject("");
    report.number("first_page", run.firstPage());
    report.number("count", run.count());
    report.text("kind", kind(run));
    if (fill(run) != 0) {
      report.number("value", fill(run));
    }
    if (run instanceof MemoryRun.Data data && data.offset() >= 0) {
      report.number("file_offset", data.offset());
      report.number("stride", run.count() == 1 ? run.block().pageSize() : data.stride());
    }
    if (times >= 0) {
      report.number("sent", times);
    }
    report.end();
  }
}
