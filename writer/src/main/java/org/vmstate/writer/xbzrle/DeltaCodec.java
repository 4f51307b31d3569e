package org.vmstate.writer.xbzrle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * A way to send pages again: an encoder, a cache, and the rules between them. {@code stats
 * --xbzrle} and {@code simulate save} replay a save with every codec that a {@link ServiceLoader}
 * finds: a project of its own implements this interface, with a public constructor without
 * arguments, and names the class in {@code META-INF/services/org.vmstate.writer.xbzrle.DeltaCodec}.
 * The rules that are not given are those of QEMU 10.0.
 */
public interface DeltaCodec {
  /** Returns the name under which the codec is listed and chosen. */
  String name();

  /** Returns an encoder for pages of a size. */
  DeltaEncoder encoder(int pageSize);

  /** Returns the bytes that count with each delta beside its word of flags. */
  int header();

  /** Returns how many of them are sent. */
  default int sentHeader() {
    return header();
  }

  /** Returns an empty cache of a size. */
  default PageCache cache(long bytes, int pageSize) {
    return new DirectMappedCache(bytes, pageSize);
  }

  /** Reports whether pages enter the cache when they are sent for the first time. */
  default boolean cachesFirstRound() {
    return false;
  }

  /** Reports whether the pages that are sent while the guest is stopped are looked up. */
  default boolean encodesLastRound() {
    return true;
  }

  /** Reports whether zero pages enter the cache; where not, they leave it. */
  default boolean cachesZeroPages() {
    return true;
  }

  /** Reports whether a delta that did not fit counts as an encoded page, and as a page of bytes. */
  default boolean countsOverflows() {
    return true;
  }

  /**
   * Returns all codecs: the two of QEMU's history first, then those that were found.
   *
   * @throws IllegalArgumentException when one that was found cannot be loaded
   */
  static List<DeltaCodec> all() {
    List<DeltaCodec> all = new ArrayList<>(List.of(new CurrentCodec(), new Codec2011()));
    try {
      ServiceLoader.load(DeltaCodec.class).forEach(all::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IllegalArgumentException("a codec that was added: " + e.getMessage(), e);
    }
    return all;
  }

  /** Returns the codec with a name. */
  static Optional<DeltaCodec> named(String name) {
    return all().stream().filter(codec -> codec.name().equals(name)).findFirst();
  }
}
