package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.Rule;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** What could not be seen is not called loadable. */
class UnseenEndTest {
  private static CheckResult check(ImageBytes image) throws IOException {
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.empty(), List.of());
    return new Checker(ParseOptions.DEFAULT, options)
        .check(new HeapSource(image.toBytes(), 0, new StructurePath()));
  }

  /** A device of a machine type that knows neither footers nor descriptions. */
  private static ImageBytes device(ImageBytes image) {
    return image.section(4, 2, "something", 0, 1).zeros(5);
  }

  private static ImageBytes ram() {
    ImageBytes image = new ImageBytes().be32(0x5145564d).be32(3).section(1, 1, "ram", 0, 4);
    image.be64(0x1004).name("pc.ram").be64(0x1000).eos().again(2, 1);
    return image.be64(8).name("pc.ram").fill(7, 4096).eos();
  }

  @Test
  void sectionWithoutAnEndLeavesTheAnswerOpen() throws IOException {
    CheckResult result = check(device(ram().again(3, 1).eos()));
    assertEquals(
        1, result.findings().list().stream().filter(f -> f.rule() == Rule.UNKNOWN_SECTION).count());
    assertEquals(CheckResult.Verdict.UNSUPPORTED, result.verdict());
  }

  @Test
  void errorBeforeItIsTheAnswer() throws IOException {
    ImageBytes image = new ImageBytes().be32(0x5145564d).be32(3).section(1, 1, "ram", 0, 4);
    // one block with two lengths
    image.be64(0x3004).name("pc.ram").be64(0x1000).name("pc.ram").be64(0x2000).eos();
    CheckResult result = check(device(image.again(3, 1).eos()));
    assertEquals(CheckResult.Verdict.BAD, result.verdict());
  }
}
