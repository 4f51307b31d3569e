import static java.nio.charset.StandardCharsets.US_ASCII;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * A Debian package: an ar archive of a version, the control files and the data, both as tar.zst.
 * Source: deb(5), ar(5).
 */
final class DebianPackage {
  private static final int LEVEL = 9;

  private DebianPackage() {}

  static void write(Archive data, String control, long time, Path target) throws IOException {
    long size = data.files().values().stream().mapToLong(b -> b.length).sum() / 1024;
    StringBuilder sums = new StringBuilder();
    for (Map.Entry<String, byte[]> file : data.files().entrySet()) {
      sums.append(md5(file.getValue())).append("  ").append(file.getKey()).append('\n');
    }
    Archive first = new Archive(time);
    first.file("control", Archive.bytes(control.replace("@SIZE@", Long.toString(size))), false);
    first.file("md5sums", Archive.bytes(sums.toString()), false);
    try (OutputStream out = Files.newOutputStream(target)) {
      out.write("!<arch>\n".getBytes(US_ASCII));
      member(out, "debian-binary", time, "2.0\n".getBytes(US_ASCII));
      member(out, "control.tar.zst", time, compressed(first));
      member(out, "data.tar.zst", time, compressed(data));
    }
  }

  private static void member(OutputStream out, String name, long time, byte[] bytes)
      throws IOException {
    String header =
        "%-16s%-12d%-6d%-6d%-8s%-10d`\n".formatted(name, time, 0, 0, "100644", bytes.length);
    out.write(header.getBytes(US_ASCII));
    out.write(bytes);
    if (bytes.length % 2 != 0) {
      out.write('\n');
    }
  }

  private static byte[] compressed(Archive archive) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZstdOutputStream compressed = new ZstdOutputStream(out, LEVEL)) {
      archive.write(compressed);
    }
    return out.toByteArray();
  }

  private static String md5(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }
}
