package org.vmstate.analyzer.check;

import java.util.Optional;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.error.UnsupportedFeatureException;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.Outcome;

/**
 * Outcome of a check.
 *
 * @param findings what was found, in the order of the file where that is possible
 * @param error what ended the pass, empty when all of the image was read
 * @param outcome how the pass ended otherwise
 */
public record CheckResult(
    Findings findings, Optional<StateFormatException> error, Optional<Outcome> outcome) {

  /** The answer to whether the image is good. */
  public enum Verdict {
    /** Nothing but notes. */
    GOOD,
    /** Loadable, but something is odd. */
    ODD,
    /** Corrupt, or certainly refused. */
    BAD,
    /** Cannot be told by this version. */
    UNSUPPORTED
  }

  /** Returns the answer. */
  public Verdict verdict() {
    if (error.filter(CheckResult::isUnsupported).isPresent()) {
      return Verdict.UNSUPPORTED;
    }
    if (error.isPresent() || findings.has(Severity.ERROR)) {
      return Verdict.BAD;
    }
    // what follows may be anything, or not be there
    if (outcome.orElse(null) instanceof Outcome.Broken broken && isUnsupported(broken.problem())) {
      return Verdict.UNSUPPORTED;
    }
    return findings.has(Severity.WARNING) ? Verdict.ODD : Verdict.GOOD;
  }

  private static boolean isUnsupported(StateFormatException e) {
    return switch (e) {
      case UnsupportedFeatureException _ -> true;
      case UnrecognizedFormatException _ -> true;
      case LimitExceededException _ -> true;
      default -> false;
    };
  }
}
