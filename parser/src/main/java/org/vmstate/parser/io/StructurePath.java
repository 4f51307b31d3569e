package org.vmstate.parser.io;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Where in the structure a parser is; part of every error message. */
public final class StructurePath {
  private final List<String> names = new ArrayList<>();
  private Supplier<String> detail;

  /** Begins outside of all parts. */
  public StructurePath() {}

  /** Enters a part. Callers leave it again with {@link #pop} when it was read without error. */
  public void push(String name) {
    names.add(name);
  }

  /** Leaves all parts, for another pass. */
  public void clear() {
    names.clear();
    detail = null;
  }

  /** Returns in how many parts it is. */
  public int depth() {
    return names.size();
  }

  /** Leaves the parts that were entered since it was as deep as given, whether read or not. */
  public void leave(int depth) {
    names.subList(Math.min(depth, names.size()), names.size()).clear();
    detail = null;
  }

  /** Leaves the innermost part. */
  public void pop() {
    names.removeLast();
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
    String path = String.join(".", names);
    return detail == null ? path : path + "." + detail.get();
  }
}
