package org.vmstate.parser.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.vmstate.formats.ram.PageKind;

/** A page table says the same as an array of entries. */
class PageTableProperties {
  private static final int PAGES = 3 * 4096 + 17;

  record Change(int first, int count, long entry, long step) {}

  @Provide
  Arbitrary<Change> changes() {
    Arbitrary<Integer> first =
        Arbitraries.oneOf(
            Arbitraries.integers().between(0, PAGES - 1),
            Arbitraries.integers().between(4090, 4110),
            Arbitraries.integers().between(0, 40));
    Arbitrary<Integer> count =
        Arbitraries.frequencyOf(
            Tuple.of(6, Arbitraries.integers().between(1, 3)),
            Tuple.of(2, Arbitraries.integers().between(1, 200)),
            Tuple.of(1, Arbitraries.integers().between(1, PAGES)));
    Arbitrary<PageKind> kind = Arbitraries.of(PageKind.ZERO, PageKind.FILL, PageKind.DATA);
    Arbitrary<Integer> value = Arbitraries.integers().between(0, 3);
    return Combinators.combine(first, count, kind, value)
        .as(
            (f, c, k, v) -> {
              long number =
                  switch (k) {
                    case ZERO -> 0;
                    case FILL -> v + 1;
                    // what continues an earlier run, or nearly
                    default -> 8 + f * 4104L + (v == 3 ? 21 : 0);
                  };
              return new Change(
                  f,
                  Math.min(c, PAGES - f),
                  PageIndex.entry(k, number),
                  k == PageKind.DATA ? 4104 : 0);
            });
  }

  @Provide
  Arbitrary<List<Change>> many() {
    return changes().list().ofMinSize(1).ofMaxSize(300);
  }

  @Property(tries = 150)
  void lastChangeOfAPageWins(@ForAll("many") List<Change> changes) throws IOException {
    try (PageStore store = new PageStore()) {
      PageTable table = new PageTable(PAGES, 4096, store);
      long[] model = new long[PAGES];
      for (Change change : changes) {
        apply(table, model, change);
      }
      same(model, table);
    }
  }

  /** Every other page, so that the extents become too many for a list; then over them again. */
  @Property(tries = 20)
  void manyExtentsBecomeAnEntryAPage(@ForAll("many") List<Change> changes) throws IOException {
    try (PageStore store = new PageStore()) {
      PageTable table = new PageTable(PAGES, 4096, store);
      long[] model = new long[PAGES];
      for (int page = 4096; page < 8192; page += 2) {
        apply(table, model, new Change(page, 1, PageIndex.entry(PageKind.FILL, page % 255), 0));
      }
      for (Change change : changes) {
        apply(table, model, change);
      }
      same(model, table);
    }
  }

  private static void apply(PageTable table, long[] model, Change change) throws IOException {
    table.set(change.first(), change.count(), change.entry(), change.step());
    for (int i = 0; i < change.count(); i++) {
      model[change.first() + i] = change.entry() + i * change.step();
    }
  }

  private static void same(long[] model, PageTable table) {
    Extent extent = new Extent();
    for (int page = 0; page < model.length; page++) {
      table.find(page, extent);
      assertEquals(model[page], extent.entry, "page " + page);
      assertTrue(extent.end > page && extent.end <= model.length, "end of " + page);
      for (long next = page; next < extent.end; next += 1 + (extent.end - next) / 3) {
        assertEquals(
            model[(int) next], extent.entry + (next - page) * extent.step, page + " to " + next);
      }
    }
  }
}
