package org.vmstate.analyzer.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vmstate.analyzer.compare.Difference.Kind;
import org.vmstate.analyzer.compare.Difference.Run;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.memory.PageCursor;
import org.vmstate.parser.memory.RamContents;

/**
 * Compares the final memory of two blocks; what is zero in both is not looked at. A page of which
 * an image has nothing is no zero page, but for what virtio-mem has unplugged: there sequential
 * streams have nothing and fixed layouts have zeros.
 */
final class MemoryDiff {
  private static final int MOST_RUNS = 100;

  /** Pages that are read at once. */
  private static final int AT_ONCE = 32;

  private final Side ours;
  private final Side theirs;
  private final RamContents first;
  private final RamContents second;
  private final Progress progress;

  MemoryDiff(Side ours, Side theirs, Progress progress) {
    this.ours = ours;
    this.theirs = theirs;
    this.first = ours.contents();
    this.second = theirs.contents();
    this.progress = progress;
  }

  List<Difference> compare(RamBlock a, RamBlock b) throws IOException {
    int size = a.pageSize();
    byte[] our = new byte[AT_ONCE * size];
    byte[] their = new byte[AT_ONCE * size];
    boolean oursAreZeros = ours.lacksOnlyUnplugged(a);
    boolean theirsAreZeros = theirs.lacksOnlyUnplugged(b);
    long length = Math.min(a.usedLength(), b.usedLength());
    long pages = (length + size - 1) / size;
    List<Run> runs = new ArrayList<>();
    long count = 0;
    long bytes = 0;
    Map<List<String>, Long> absent = new LinkedHashMap<>();
    PageCursor one = first.cursor(a);
    PageCursor other = second.cursor(b);
    long end;
    for (long page = 0; page < pages; page = end) {
      one.moveTo(page);
      other.moveTo(page);
      end = Math.min(pages, Math.min(one.end(), other.end()));
      if (one.state().isAbsent() || other.state().isAbsent()) {
        boolean same =
            one.state() == other.state()
                || oursAreZeros && other.isZero()
                || theirsAreZeros && one.isZero();
        if (!same) {
          absent.merge(List.of(state(one), state(other)), end - page, Long::sum);
        }
        continue;
      }
      if (one.isZero() && other.isZero()) {
        continue;
      }
      for (long from = page; from < end; from += AT_ONCE) {
        int many = (int) Math.min(AT_ONCE, end - from);
        int read = (int) Math.min((long) many * size, length - from * size);
        first.pages(a, from, many, our);
        second.pages(b, from, many, their);
        int differs = Arrays.mismatch(our, 0, read, their, 0, read);
        while (differs >= 0) {
          int start = differs / size * size;
          int used = Math.min(size, read - start);
          count++;
          for (int k = start; k < start + used; k++) {
            bytes += our[k] == their[k] ? 0 : 1;
          }
          add(runs, from * size + start, used);
          int next = start + used;
          differs = Arrays.mismatch(our, next, read, their, next, read);
          differs = differs < 0 ? -1 : next + differs;
        }
        progress.at(from * size, length);
      }
    }
    List<Difference> result = new ArrayList<>();
    if (count > 0) {
      result.add(new Difference(Kind.MEMORY, a.name(), "", "", count, bytes, runs));
    }
    absent.forEach(
        (states, number) ->
            result.add(
                Difference.of(
                    Kind.MEMORY,
                    a.name() + " pages",
                    number + " " + states.getFirst(),
                    number + " " + states.getLast())));
    return result;
  }

  private static String state(PageCursor cursor) {
    return cursor.isZero() ? "zero" : cursor.state().label();
  }

  private static void add(List<Run> runs, long at, long length) {
    Run last = runs.isEmpty() ? null : runs.getLast();
    if (last != null && last.first() + last.length() == at) {
      runs.set(runs.size() - 1, new Run(last.first(), last.length() + length));
    } else if (runs.size() < MOST_RUNS) {
      runs.add(new Run(at, length));
    }
  }
}
