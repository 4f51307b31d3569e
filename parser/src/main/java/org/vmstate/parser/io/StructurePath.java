package org.vmstate.parser.io;

import java.util.ArrayList;
import java.util.List;

/** Where in the structure a parser is; part of every error message. */
public final class StructurePath {
  private final List<String> names = new ArrayList<>();

  /** Enters a part. Callers leave it again with {@link #pop} when it was read without error. */
  public void push(String name) {
    names.add(name);
  }

  /** Leaves the innermost part. */
  public void pop() {
    names.removeLast();
  }

  @Override
  public String toString() {
    return String.join(".", names);
  }
}
