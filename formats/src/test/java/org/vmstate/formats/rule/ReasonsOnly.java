package org.vmstate.formats.rule;

import java.util.function.UnaryOperator;

/** Lets a test see what becomes of the answers when no message has words. */
public final class ReasonsOnly {
  private static final UnaryOperator<Problem> NAME =
      p -> new Problem(p.reason(), p.reason().name(), p.offset(), p.path(), p.facts());

  private ReasonsOnly() {}

  /** Does something while every problem's words are its reason's name. */
  public static <T, X extends Throwable> T call(ScopedValue.CallableOp<T, X> action) throws X {
    return ScopedValue.where(Problem.WORDING, NAME).call(action);
  }
}
