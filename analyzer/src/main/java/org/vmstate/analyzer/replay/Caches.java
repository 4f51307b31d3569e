package org.vmstate.analyzer.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.vmstate.writer.xbzrle.DeltaCodec;

/**
 * The caches to try.
 *
 * @param codec name of the only codec, or empty for all
 * @param sizes sizes in bytes, in ascending order; empty to find them out
 */
public record Caches(Optional<String> codec, List<Long> sizes) {
  private static final long LEAST = 4L << 20;
  private static final long MOST = 1L << 30;

  /** Takes a copy. */
  public Caches {
    sizes = List.copyOf(sizes);
  }

  /** Returns the sizes to try for a guest with so many bytes of memory. */
  List<Long> sizes(long ram) {
    if (!sizes.isEmpty()) {
      return sizes;
    }
    List<Long> found = new ArrayList<>();
    for (long size = LEAST; found.isEmpty() || size <= Math.min(MOST, 2 * ram); size *= 2) {
      found.add(size);
    }
    return found;
  }

  /**
   * Returns a codec with each size.
   *
   * @throws IllegalArgumentException when a codec cannot have such pages
   */
  List<Encoding> encodings(long ram, int pageSize) {
    List<DeltaCodec> codecs =
        DeltaCodec.all().stream()
            .filter(c -> codec.isEmpty() || codec.get().equals(c.name()))
            .toList();
    List<Encoding> result = new ArrayList<>();
    for (DeltaCodec one : codecs) {
      result.add(new Encoding(one, sizes(ram), pageSize));
    }
    return result;
  }
}
