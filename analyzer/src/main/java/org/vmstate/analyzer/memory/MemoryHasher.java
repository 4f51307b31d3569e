package org.vmstate.analyzer.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.memory.RamContents;

/**
 * SHA-256 of a block's final content, from its first byte to its used length. Pages of which the
 * image has nothing count as zeros; their number has to be told beside it.
 */
public final class MemoryHasher {
  private static final byte[] ZEROS = new byte[64 << 10];

  private MemoryHasher() {}

  /** Hashes a block and returns the digest in hex. */
  public static String sha256(RamContents contents, RamBlock block) throws IOException {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    contents.read(
        block,
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer data) {
            digest.update(data);
          }

          @Override
          public void zeros(long count) {
            for (long left = count; left > 0; left -= ZEROS.length) {
              digest.update(ZEROS, 0, (int) Math.min(left, ZEROS.length));
            }
          }

          @Override
          public void absent(long count) {
            // a hash has no way to tell: the report gives their number beside it
            zeros(count);
          }
        });
    return HexFormat.of().formatHex(digest.digest());
  }
}
