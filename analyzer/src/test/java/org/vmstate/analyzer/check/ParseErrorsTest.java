package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/** Each error of a parser becomes a finding of some rule. */
class ParseErrorsTest {
  private static Finding finding(StateFormatException e) throws IOException {
    return ParseErrors.of(e, null);
  }

  @Test
  void errorWithoutARuleIsOther() throws IOException {
    Finding other =
        finding(new MalformedDataException(Reason.BLOCK_WORD, "something new: found 3", 77, "a.b"));
    assertEquals(Rule.OTHER, other.rule());
    assertEquals(Severity.ERROR, other.severity());
    assertEquals(77, other.offset());
    assertEquals("a.b", other.path());
    assertEquals("something new: found 3", other.text());
  }

  @Test
  void limitIsNotDamage() throws IOException {
    assertEquals(
        Rule.LIMIT,
        finding(new LimitExceededException(Reason.SECTIONS_TOO_MANY, "sections: many", 1, ""))
            .rule());
  }
}
