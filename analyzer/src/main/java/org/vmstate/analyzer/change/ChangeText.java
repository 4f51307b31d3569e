package org.vmstate.analyzer.change;

/** Reads changes as people write them. */
public final class ChangeText {
  private ChangeText() {}

  /** Reads {@code PATH=VALUE}, {@code PATH+=VALUE} or {@code PATH-=VALUE}. */
  public static Change set(String text) throws ChangeException {
    int equal = text.indexOf('=');
    if (equal < 1) {
      throw ChangeException.named("--set " + text + ": expected PATH=VALUE");
    }
    Change.Operator operator =
        switch (text.charAt(equal - 1)) {
          case '+' -> Change.Operator.ADD;
          case '-' -> Change.Operator.REMOVE;
          default -> Change.Operator.SET;
        };
    int end = operator == Change.Operator.SET ? equal : equal - 1;
    return new Change.SetField(text.substring(0, end), operator, text.substring(equal + 1));
  }

  /** Takes two names that are joined by an equals sign. */
  public interface Pair {
    /** Makes a change of the two. */
    Change of(String name, String value) throws ChangeException;
  }

  /** Reads {@code NAME=VALUE}. */
  public static Change pair(String option, String text, Pair pair) throws ChangeException {
    int equal = text.lastIndexOf('=');
    if (equal < 1) {
      throw ChangeException.named(option + " " + text + ": expected NAME=VALUE");
    }
    return pair.of(text.substring(0, equal), text.substring(equal + 1));
  }

  /** Reads what stands after the equals sign of {@code AFTER=NAME:TYPE:VALUE}. */
  static Change insert(String after, String text) throws ChangeException {
    String[] parts = text.split(":", -1);
    if (parts.length != 3 || parts[0].isEmpty()) {
      throw ChangeException.named("--insert-field " + text + ": expected AFTER=NAME:TYPE:VALUE");
    }
    return new Change.InsertField(after, parts[0], parts[1], number(parts[0], parts[2]));
  }

  /** Reads {@code +NAME} or {@code -NAME}. */
  public static Change capability(String text) throws ChangeException {
    if (!text.startsWith("+") && !text.startsWith("-")) {
      throw ChangeException.named("--capability " + text + ": expected +NAME or -NAME");
    }
    return new Change.SetCapability(text.substring(1), text.startsWith("+"));
  }

  /** Reads a number, decimal or hexadecimal, with K, M, G or T after it. */
  public static long number(String what, String text) throws ChangeException {
    try {
      int unit =
          "KMGT"
              .indexOf(
                  text.isEmpty() ? ' ' : Character.toUpperCase(text.charAt(text.length() - 1)));
      String digits = unit < 0 ? text : text.substring(0, text.length() - 1);
      return Math.multiplyExact(Long.decode(digits), 1L << 10 * (unit + 1));
    } catch (NumberFormatException | ArithmeticException e) {
      throw new ChangeException(what + ": expected a number, found " + text);
    }
  }
}
