package org.vmstate.parser.container;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.parser.compress.Decompressor;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.StreamSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.probe.Probe;

/**
 * An archive that was compressed as a whole, as vzdump's and PANDA's are. Of what is decompressed
 * only the state is kept.
 */
final class CompressedHolder {
  private static final Set<Compression> USED =
      EnumSet.of(Compression.GZIP, Compression.LZOP, Compression.ZSTD);

  private CompressedHolder() {}

  /** Looks into compressed data at the cursor, which stays where it is. */
  static Optional<Holder> find(ByteSource file) throws IOException {
    Optional<Compression> compressed = Probe.compression(file).filter(USED::contains);
    if (compressed.isEmpty()) {
      return Optional.empty();
    }
    long start = file.position();
    Optional<Holder.Kind> kind;
    try (ByteSource head = decompress(file, compressed.get(), true)) {
      kind = Holder.kind(head).filter(Holder.Kind::isCompressed);
    } catch (StateFormatException e) {
      // reported by the pass that reads it as a stream
      kind = Optional.empty();
    }
    file.seek(start);
    if (kind.isEmpty()) {
      return Optional.empty();
    }
    try (ByteSource archive = decompress(file, compressed.get(), false)) {
      Holder holder = kind.get().open(archive);
      holder.state().closeWith(file);
      file.seek(start);
      return Optional.of(
          new Holder(
              holder.label() + ", compressed with " + compressed.get().label(), holder.state()));
    }
  }

  private static ByteSource decompress(ByteSource file, Compression compression, boolean head) {
    StructurePath path = new StructurePath();
    path.push(compression.label());
    return new StreamSource(new Decompressor(file, compression, head), path);
  }
}
