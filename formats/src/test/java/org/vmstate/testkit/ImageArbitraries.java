package org.vmstate.testkit;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Generators of image recipes. */
public final class ImageArbitraries {
  private ImageArbitraries() {}

  public static Arbitrary<ImageRecipe> recipes() {
    return Arbitraries.integers()
        .between(1, 6)
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .flatMap(ImageArbitraries::withBlocks);
  }

  private static Arbitrary<ImageRecipe> withBlocks(List<Integer> blockPages) {
    Arbitrary<List<List<PageRecord>>> passes =
        records(blockPages).list().ofMaxSize(8).list().ofMinSize(1).ofMaxSize(4);
    return Combinators.combine(
            Arbitraries.of(10, 12, 13), passes, devices(), Arbitraries.of(true, true, false))
        .as(
            (bits, records, devices, described) ->
                new ImageRecipe(bits, blockPages, records, devices, described));
  }

  private static Arbitrary<PageRecord> records(List<Integer> blockPages) {
    return Arbitraries.integers()
        .between(0, blockPages.size() - 1)
        .flatMap(
            block ->
                Combinators.combine(
                        Arbitraries.integers().between(0, blockPages.get(block) - 1),
                        Arbitraries.of(0, 0, 1, 0xff),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false, false))
                    .as(
                        (page, fill, literal, named) ->
                            new PageRecord(block, page, fill, literal, named)));
  }

  private static Arbitrary<List<DeviceRecipe>> devices() {
    // a payload ends before a footer; its own bytes must not look like one
    Arbitrary<byte[]> payloads =
        Arbitraries.bytes().filter(b -> b != 0x7e).array(byte[].class).ofMinSize(1).ofMaxSize(40);
    return Combinators.combine(
            Arbitraries.of("timer", "cpu", "0000:00:02.0/e1000"),
            Arbitraries.of(0L, 3L, 0x80000000L),
            payloads)
        .as(DeviceRecipe::new)
        .list()
        .ofMaxSize(3)
        .uniqueElements(d -> d.name() + d.instance());
  }
}
