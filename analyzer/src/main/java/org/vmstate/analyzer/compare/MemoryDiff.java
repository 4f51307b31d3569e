package org.vmstate.analyzer.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.compare.Difference.Kind;
import org.vmstate.analyzer.compare.Difference.Run;
import org.vmstate.analyzer.convert.Progress;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ram.RamContents;

/** Compares the final memory of two blocks; what is zero in both is not looked at. */
final class MemoryDiff {
  private static final int MOST_RUNS = 100;

  private final RamContents first;
  private final RamContents second;
  private final Progress progress;

  MemoryDiff(RamContents first, RamContents second, Progress progress) {
    this.first = first;
    this.second = second;
    this.progress = progress;
  }

  Optional<Difference> compare(RamBlock a, RamBlock b) throws IOException {
    int size = a.pageSize();
    byte[] ours = new byte[size];
    byte[] theirs = new byte[size];
    long length = Math.min(a.usedLength(), b.usedLength());
    long pages = (length + size - 1) / size;
    List<Run> runs = new ArrayList<>();
    long count = 0;
    long bytes = 0;
    long page = 0;
    while (true) {
      page = Math.min(first.nextUsed(a, page), second.nextUsed(b, page));
      if (page >= pages) {
        break;
      }
      if (!first.page(a, page, ours)) {
        Arrays.fill(ours, (byte) 0);
      }
      if (!second.page(b, page, theirs)) {
        Arrays.fill(theirs, (byte) 0);
      }
      int used = (int) Math.min(size, length - page * size);
      if (Arrays.mismatch(ours, 0, used, theirs, 0, used) >= 0) {
        count++;
        for (int i = 0; i < used; i++) {
          bytes += ours[i] == theirs[i] ? 0 : 1;
        }
        add(runs, page * size, used);
      }
      if (page % 4096 == 0) {
        progress.at(page * size, length);
      }
      page++;
    }
    return count == 0
        ? Optional.empty()
        : Optional.of(new Difference(Kind.MEMORY, a.name(), "", "", count, bytes, runs));
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
