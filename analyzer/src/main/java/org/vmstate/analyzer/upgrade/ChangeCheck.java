package org.vmstate.analyzer.upgrade;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.analyzer.change.ChangeException;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.Checker;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/** Holds a changed image to the rules: it must not have errors that the image before had not. */
public final class ChangeCheck {
  private ChangeCheck() {}

  /**
   * Compares the errors of two images.
   *
   * @throws ChangeException when the changed one has more
   */
  public static void require(Path before, Path after, ParseOptions options) throws IOException {
    require(ImageSource.of(before), ImageSource.of(after), options);
  }

  /**
   * Compares the errors of two images that may be parts of files.
   *
   * @throws ChangeException when the changed one has more
   */
  public static void require(ImageSource before, ImageSource after, ParseOptions options)
      throws IOException {
    List<String> found = errors(after, options);
    if (found.isEmpty()) {
      return;
    }
    List<String> known = new ArrayList<>(errors(before, options));
    for (String error : found) {
      if (!known.remove(error)) {
        throw new ChangeException("the result would be refused: " + error);
      }
    }
  }

  private static List<String> errors(ImageSource image, ParseOptions options) throws IOException {
    try (ByteSource source = image.open()) {
      return new Checker(options, CheckOptions.DEFAULT)
          .check(source).findings().list().stream()
              .filter(f -> f.severity() == Severity.ERROR)
              .map(ChangeCheck::text)
              .toList();
    }
  }

  private static String text(Finding finding) {
    return finding.rule().code() + " " + finding.text();
  }
}
