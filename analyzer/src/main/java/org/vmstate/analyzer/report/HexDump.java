package org.vmstate.analyzer.report;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Bytes for people: address, sixteen bytes in hexadecimal, and what they are as characters. */
public final class HexDump extends OutputStream {
  private static final int WIDTH = 16;

  private final OutputStream out;
  private final StringBuilder text = new StringBuilder();
  private final StringBuilder characters = new StringBuilder();
  private long address;
  private int count;

  /** Writes lines to a stream, which closing this leaves open. */
  public HexDump(OutputStream out, long address) {
    this.out = out;
    this.address = address;
  }

  @Override
  public void write(int value) throws IOException {
    if (count == 0) {
      text.append(String.format(Locale.ROOT, "%016x ", address));
    }
    text.append(count == WIDTH / 2 ? "  " : " ")
        .append(String.format(Locale.ROOT, "%02x", value & 0xff));
    characters.append(value >= ' ' && value < 0x7f ? (char) value : '.');
    count++;
    if (count == WIDTH) {
      line();
    }
  }

  private void line() throws IOException {
    text.append(" ".repeat(3 * (WIDTH - count) + (count > WIDTH / 2 ? 0 : 1)));
    text.append("  |").append(characters).append("|\n");
    out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
    text.setLength(0);
    characters.setLength(0);
    address += count;
    count = 0;
  }

  @Override
  public void close() throws IOException {
    if (count > 0) {
      line();
    }
    out.flush();
  }
}
