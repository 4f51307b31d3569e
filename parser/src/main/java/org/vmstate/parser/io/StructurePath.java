package org.vmstate.parser.io;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Where in the structure a parser is; part of every error message, also of one in another thread
 * that copies meanwhile.
 */
public final class StructurePath {
  private static final int USUAL = 8;

  private String[] names = new String[USUAL];
  private int depth;
  private Supplier<String> detail;

  /** Begins outside of all parts. */
  public StructurePath() {}

  /** Enters a part. Callers leave it again with {@link #pop} when it was read without error. */
  public void push(String name) {
    if (depth == names.length) {
      names = Arrays.copyOf(names, 2 * depth);
    }
    names[depth++] = name;
  }

  /** Leaves all parts, for another pass. */
  public void clear() {
    depth = 0;
    detail = null;
  }

  /** Returns in how many parts it is. */
  public int depth() {
    return depth;
  }

  /** Leaves the parts that were entered since it was as deep as given, whether read or not. */
  public void leave(int before) {
    depth = Math.min(before, depth);
    detail = null;
  }

  /** Leaves the innermost part. */
  public void pop() {
    depth--;
  }

  /**
   * Sets what to append while a long list is read, or null after it. It is asked for only when an
   * error needs the path.
   */
  public void setDetail(Supplier<String> value) {
    detail = value;
  }

  @Override
  public String toString() {
    String[] known = names;
    String path = String.join(".", Arrays.asList(known).subList(0, Math.min(depth, known.length)));
    Supplier<String> more = detail;
    return more == null ? path : path + "." + more.get();
  }
}
