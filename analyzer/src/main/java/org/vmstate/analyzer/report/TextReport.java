package org.vmstate.analyzer.report;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;

/** Writes an indented tree for people. Control characters of the image are made visible. */
public final class TextReport implements Report {
  private final Writer out;

  /** For each open level, whether it is an array. */
  private final Deque<Boolean> levels = new ArrayDeque<>();

  private boolean itemStart;

  /** Writes to a stream, which stays open. */
  public TextReport(OutputStream out) {
    this.out = new OutputStreamWriter(out, StandardCharsets.UTF_8);
  }

  private boolean inArray() {
    return !levels.isEmpty() && levels.peek();
  }

  private void lead(String name) throws IOException {
    if (itemStart) {
      itemStart = false;
    } else {
      out.write("  ".repeat(Math.max(0, levels.size() - 1)));
    }
    if (inArray()) {
      out.write("- ");
    } else {
      out.write(Visible.text(name));
      out.write(": ");
    }
  }

  private void begin(String name, boolean array) throws IOException {
    if (!levels.isEmpty()) {
      lead(name);
      if (inArray()) {
        itemStart = true;
      } else {
        out.write('\n');
      }
    }
    levels.push(array);
  }

  @Override
  public void beginObject(String name) throws IOException {
    begin(name, false);
  }

  @Override
  public void beginArray(String name) throws IOException {
    begin(name, true);
  }

  @Override
  public void end() throws IOException {
    if (itemStart) {
      out.write("(empty)\n");
      itemStart = false;
    }
    levels.pop();
  }

  @Override
  public int depth() {
    return levels.size();
  }

  private void value(String name, String value) throws IOException {
    lead(name);
    out.write(value);
    out.write('\n');
  }

  @Override
  public void text(String name, String value) throws IOException {
    String indent = "\n" + "  ".repeat(levels.size());
    value(name, value.lines().map(Visible::text).collect(Collectors.joining(indent)));
  }

  @Override
  public void number(String name, long value) throws IOException {
    value(name, Long.toString(value));
  }

  @Override
  public void bool(String name, boolean value) throws IOException {
    value(name, value ? "yes" : "no");
  }

  @Override
  public void nothing(String name) throws IOException {
    value(name, "none");
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
