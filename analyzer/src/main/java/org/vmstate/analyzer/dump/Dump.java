package org.vmstate.analyzer.dump;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.memory.MemoryHasher;
import org.vmstate.analyzer.memory.PageCounts;
import org.vmstate.analyzer.report.Report;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.MemoryRun;
import org.vmstate.parser.memory.PageState;
import org.vmstate.parser.memory.RamContents;

/** Dumps an image. A broken one gives what could be read, then the error. */
public final class Dump {
  /** Bytes that the image does not have and that are always hashed as zeros. */
  private static final long MOST_ABSENT = 4L << 30;

  /** Pages that the image does not have for each one that it has, with which a hash makes sense. */
  private static final int MOST_ABSENT_PER_PAGE = 16;

  private final DumpOptions options;
  private final ParseOptions parseOptions;
  private boolean met;

  /** Dumps with options. */
  public Dump(DumpOptions options, ParseOptions parseOptions) {
    this.options = options;
    this.parseOptions = parseOptions;
  }

  /**
   * Writes the report of an image.
   *
   * @param name the image's name in the report
   * @return the error that ended the pass, if any
   */
  public Optional<StateFormatException> run(String name, ByteSource source, Report report)
      throws IOException {
    report.beginObject("");
    report.text("image", name);
    if (source.length() >= 0) {
      report.number("size", source.length());
    }
    Optional<StateFormatException> error = Optional.empty();
    try (RamContents contents = new RamContents()) {
      DumpVisitor visitor = new DumpVisitor(report, options, contents);
      ByteSource kept = null;
      try {
        if (options.hashes()) {
          kept = ImageReader.readKeeping(source, parseOptions, visitor);
        } else {
          ImageReader.read(source, parseOptions, visitor);
        }
      } catch (StateFormatException e) {
        error = Optional.of(e);
      }
      visitor.finish();
      met = visitor.isMet();
      report.bool("complete", visitor.isComplete() && error.isEmpty());
      memory(report, visitor.counts(), error.isEmpty() ? contents : null);
      report.beginArray("notices");
      for (String notice : visitor.notices()) {
        report.text("", notice);
      }
      report.end();
      error(report, error);
      if (kept != null) {
        kept.close();
      }
    }
    report.end();
    return error;
  }

  /** Reports whether any section was to be shown. */
  public boolean isMet() {
    return met;
  }

  private void memory(Report report, PageCounts counts, RamContents contents) throws IOException {
    if (counts.blocks().isEmpty()) {
      return;
    }
    report.beginArray("memory");
    for (RamBlock block : counts.blocks()) {
      report.beginObject("");
      report.text("block", block.name());
      report.number("used_length", block.usedLength());
      report.beginObject("pages_sent");
      for (PageKind kind : PageKind.values()) {
        long count = counts.count(block, kind);
        if (RamBlockWriter.isCounted(count, kind)) {
          report.number(kind.label(), count);
        }
      }
      report.end();
      if (options.hashes() && contents != null) {
        content(report, contents, block);
      }
      report.end();
    }
    report.end();
  }

  /** A hash cannot tell a page of which the image has nothing from a zero page. */
  private static void content(Report report, RamContents contents, RamBlock block)
      throws IOException {
    Map<PageState, Long> absent = new EnumMap<>(PageState.class);
    contents.forEachRun(
        block,
        run -> {
          switch (run) {
            case MemoryRun.NeverSent r -> absent.merge(PageState.NEVER_SENT, r.count(), Long::sum);
            case MemoryRun.LeftOut r -> absent.merge(PageState.LEFT_OUT, r.count(), Long::sum);
            case MemoryRun.Data _, MemoryRun.Fill _ -> {}
          }
        });
    if (absent.containsKey(PageState.LEFT_OUT)) {
      report.bool("left_out", true);
      return;
    }
    long absentPages = absent.getOrDefault(PageState.NEVER_SENT, 0L);
    if (isOfTheImage(block, absentPages)) {
      report.text("sha256", MemoryHasher.sha256(contents, block));
    }
    if (absentPages > 0) {
      report.number("never_sent", absentPages);
    }
  }

  /**
   * Reports whether a hash tells of the image: not where it would be one of zeros that are not
   * there, and that for much longer than it takes to read what is.
   */
  private static boolean isOfTheImage(RamBlock block, long absent) {
    return absent <= MOST_ABSENT / block.pageSize()
        || absent / MOST_ABSENT_PER_PAGE <= block.pages() - absent;
  }

  private static void error(Report report, Optional<StateFormatException> error)
      throws IOException {
    if (error.isEmpty()) {
      report.nothing("error");
      return;
    }
    report.beginObject("error");
    report.text("reason", error.get().words());
    report.number("offset", error.get().offset());
    report.text("path", error.get().path());
    report.end();
  }
}
