package org.vmstate.analyzer.report;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

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
      out.write(name);
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
    value(name, visible(value, "  ".repeat(levels.size())));
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

  private static String visible(String value, String indent) {
    StringBuilder result = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '\n') {
        result.append('\n').append(indent);
      } else if (c < ' ' || (c >= 0x7f && c < 0xa0)) {
        result.append(String.format("\\x%02x", (int) c));
      } else {
        result.append(c);
      }
    }
    return result.toString();
  }

  @Override
  public void close() throws IOException {
    out.flush();
  }
}
