package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.MappedParts;
import org.vmstate.testkit.Parts;

/** Alignments against the places of one block of 16 KiB. */
class DirectTest {
  private static Set<Rule> found(byte[] image, long align) throws IOException {
    CheckOptions options =
        new CheckOptions(DataMap.SOLID, align, "test", Optional.empty(), List.of());
    return new Checker(ParseOptions.DEFAULT, options)
        .check(new HeapSource(image, 0, new StructurePath())).findings().list().stream()
            .filter(f -> f.severity() != Severity.INFO)
            .map(Finding::rule)
            .collect(Collectors.toSet());
  }

  @Test
  void pagesAtAMebibyteFitDevicesOfAnySector() throws IOException {
    byte[] image = new MappedParts().toBytes();
    assertEquals(Set.of(), found(image, 512));
    assertEquals(Set.of(), found(image, 4096));
  }

  @Test
  void placeDecidesAndAShortTailDoesNot() throws IOException {
    byte[] image = new MappedParts().toBytes();
    assertEquals(Set.of(), found(image, 65536));
    assertEquals(Set.of(), found(image, 1 << 20));
    assertEquals(Set.of(Rule.DIRECT_OFFSET), found(image, 2 << 20));
  }

  @Test
  void oddPlaceIsFound() throws IOException {
    byte[] image = new MappedParts().pagesOffset((1 << 20) + 4096).toBytes();
    assertEquals(Set.of(Rule.DIRECT_OFFSET, Rule.PAGES_ALIGNED_1M), found(image, 16384));
  }

  @Test
  void sequentialStreamHasNoPlaces() throws IOException {
    assertEquals(Set.of(Rule.DIRECT_OFFSET), found(Parts.sequential().toBytes(), 512));
  }
}
