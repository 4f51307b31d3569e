package org.vmstate.analyzer.compare;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** State that is not decoded, however it was cut: its hash, its length, and its first bytes. */
final class Opaque {
  private static final int SHOWN = 32;

  private final MessageDigest digest;
  private final byte[] first = new byte[SHOWN];
  private long length;
  private byte[] hash;

  Opaque() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Adds what follows. */
  void add(ByteBuffer bytes) {
    if (length < SHOWN) {
      int count = Math.min(SHOWN - (int) length, bytes.remaining());
      bytes.duplicate().get(first, (int) length, count);
    }
    length += bytes.remaining();
    digest.update(bytes);
  }

  private byte[] hash() {
    if (hash == null) {
      hash = digest.digest();
    }
    return hash;
  }

  boolean isSameAs(Opaque other) {
    return length == other.length && Arrays.equals(hash(), other.hash());
  }

  /** Shows the first bytes, and the hash where there are more. */
  String shown() {
    String text = HexFormat.of().formatHex(first, 0, (int) Math.min(SHOWN, length));
    return length <= SHOWN
        ? text
        : text
            + "... ("
            + length
            + " bytes, SHA-256 "
            + HexFormat.of().formatHex(hash(), 0, 8)
            + "...)";
  }
}
