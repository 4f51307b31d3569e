package org.vmstate.parser.qcow2;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.parser.io.ByteSource;

/** Decompresses compressed clusters. */
final class Clusters {
  private Clusters() {}

  /**
   * Decompresses one cluster.
   *
   * @param at file offset of its first compressed byte
   * @param length most compressed bytes; a file that ends before is taken as it is
   * @param path place in the structure, for errors
   * @throws MalformedDataException when the data does not fill the cluster
   */
  static byte[] decompress(ByteSource file, DiskHeader header, long at, int length, String path)
      throws IOException {
    // one byte more than there is, which an inflater without header wants at the end
    byte[] compressed = new byte[(int) Math.min(length, file.length() - at) + 1];
    file.copy(at, ByteBuffer.wrap(compressed, 0, compressed.length - 1));
    byte[] result = new byte[header.geometry().clusterSize()];
    InputStream bytes = new ByteArrayInputStream(compressed, 0, compressed.length - 1);
    Inflater inflater = new Inflater(true);
    int done;
    try (InputStream in =
        header.zstd()
            ? new ZstdInputStream(bytes)
            : new InflaterInputStream(new ByteArrayInputStream(compressed), inflater)) {
      done = in.readNBytes(result, 0, result.length);
    } catch (IOException e) {
      throw broken(header, at, path, e.getMessage());
    } finally {
      inflater.end();
    }
    if (done < result.length) {
      throw broken(header, at, path, "the end after " + done);
    }
    return result;
  }

  private static MalformedDataException broken(
      DiskHeader header, long at, String path, String found) {
    return new MalformedDataException(
        Reason.DISK_CLUSTER_DAMAGED,
        "compressed cluster: expected "
            + header.geometry().clusterSize()
            + " bytes of "
            + (header.zstd() ? "zstd" : "deflate")
            + " data, found "
            + found,
        at,
        path);
  }
}
