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
    byte[] ourPage = new byte[size];
    byte[] theirPage = new byte[size];
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
      for (long i = page; i < end && !(one.isZero() && other.isZero()); i++) {
        if (!first.page(a, i, ourPage)) {
          Arrays.fill(ourPage, (byte) 0);
        }
        if (!second.page(b, i, theirPage)) {
          Arrays.fill(theirPage, (byte) 0);
        }
        int used = (int) Math.min(size, length - i * size);
        if (Arrays.mismatch(ourPage, 0, used, theirPage, 0, used) >= 0) {
          count++;
          for (int k = 0; k < used; k++) {
            bytes += ourPage[k] == theirPage[k] ? 0 : 1;
          }
          add(runs, i * size, used);
        }
        if (i % 4096 == 0) {
          progress.at(i * size, length);
        }
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
