package org.vmstate.formats.rule;

import java.util.function.UnaryOperator;

/**
 * Something that is wrong, or odd, at a place of an image.
 *
 * @param reason what it is
 * @param words the same for people, in one line: what was expected and what was found
 * @param offset absolute offset in bytes from the start of the outermost file; inside a compressed
 *     stream of the decompressed bytes
 * @param path path through the structure, such as {@code section[3].ram.block[1]}, may be empty
 * @param facts what was found
 */
public record Problem(Reason reason, String words, long offset, String path, Facts facts) {
  /** What becomes of the words; bound only by tests, which show that nothing depends on them. */
  static final ScopedValue<UnaryOperator<Problem>> WORDING = ScopedValue.newInstance();

  /** Makes a problem without facts. */
  public static Problem of(Reason reason, String words, long offset, String path) {
    return of(reason, words, offset, path, Facts.NONE);
  }

  /** Makes a problem. */
  public static Problem of(Reason reason, String words, long offset, String path, Facts facts) {
    Problem problem = new Problem(reason, words, offset, path, facts);
    return WORDING.isBound() ? WORDING.get().apply(problem) : problem;
  }

  /** Returns this problem in other words. */
  public Problem inWords(String other) {
    return of(reason, other, offset, path, facts);
  }

  /** Returns this problem, met as part of another. */
  public Problem as(Reason other) {
    return of(other, words, offset, path, facts);
  }

  /** Returns words and offset in one line. */
  public String note() {
    return words + " at 0x" + Long.toHexString(offset);
  }

  /** Returns words and place in one line. */
  public String line() {
    return note() + (path.isEmpty() ? "" : " (" + path + ")");
  }
}
