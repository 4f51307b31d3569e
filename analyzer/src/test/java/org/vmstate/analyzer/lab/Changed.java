package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.change.ImageChanger;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.upgrade.ChangeCheck;
import org.vmstate.analyzer.upgrade.UpgradePlan;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;

/** Changed copies of images, which pass the checks that the program makes. */
final class Changed {
  private Changed() {}

  /** Upgrades an image to a target. */
  static Path upgraded(Path image, Target target, Path out) throws IOException {
    UpgradePlan plan = new UpgradePlan(target, false, note -> {});
    List<Change> changes = plan.changes(ImageSource.of(image), ParseOptions.DEFAULT);
    assertFalse(changes.isEmpty());
    return copy(image, changes, Optional.of(plan), out);
  }

  /** Changes an image, as a plan demands it where there is one. */
  static Path copy(Path image, List<Change> changes, Optional<UpgradePlan> plan, Path out)
      throws IOException {
    try (Destination destination = Destination.file(out, true, false)) {
      new ImageChanger(image, ParseOptions.DEFAULT, changes)
          .copy(destination, Progress.NONE, note -> {});
      destination.sink().flush();
      Path written = destination.temporary().orElseThrow();
      ChangeCheck.require(image, written, ParseOptions.DEFAULT);
      if (plan.isPresent()) {
        plan.get().require(ImageSource.of(written), ParseOptions.DEFAULT);
      }
      destination.commit(Outcome.WHOLE, false);
    }
    return out;
  }
}
