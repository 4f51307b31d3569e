import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A tar archive whose bytes depend on nothing but its content: entries in order of their names,
 * owned by root, all of one time.
 */
final class Archive {
  private final long time;
  private final TreeMap<String, Entry> entries = new TreeMap<>();

  /** What stands under a name; a folder has neither bytes nor link. */
  private record Entry(byte[] bytes, String link, boolean executable) {}

  Archive(long time) {
    this.time = time;
  }

  void file(String name, byte[] bytes, boolean executable) {
    entries.put(name, new Entry(bytes, null, executable));
    folders(name);
  }

  void link(String name, String target) {
    entries.put(name, new Entry(null, target, false));
    folders(name);
  }

  private void folders(String name) {
    for (int at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
      entries.putIfAbsent(name.substring(0, at + 1), new Entry(null, null, true));
    }
  }

  /** Adds all files below a folder under a prefix. */
  void tree(Path folder, String prefix) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(f -> !Files.isDirectory(f)).toList()) {
        String name = prefix + folder.relativize(file);
        if (Files.isSymbolicLink(file)) {
          link(name, Files.readSymbolicLink(file).toString());
        } else {
          file(name, Files.readAllBytes(file), Files.isExecutable(file));
        }
      }
    }
  }

  Map<String, byte[]> files() {
    Map<String, byte[]> files = new TreeMap<>();
    entries.forEach(
        (name, entry) -> {
          if (entry.bytes() != null) {
            files.put(name, entry.bytes());
          }
        });
    return files;
  }

  void write(OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new BufferedOutputStream(out), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (Map.Entry<String, Entry> named : entries.entrySet()) {
        Entry entry = named.getValue();
        boolean link = entry.link() != null;
        TarArchiveEntry header =
            link
                ? new TarArchiveEntry(named.getKey(), TarConstants.LF_SYMLINK)
                : new TarArchiveEntry(named.getKey());
        header.setModTime(time * 1000);
        header.setIds(0, 0);
        header.setNames("root", "root");
        header.setMode(link ? 0777 : entry.executable() ? 0755 : 0644);
        if (link) {
          header.setLinkName(entry.link());
        } else if (entry.bytes() != null) {
          header.setSize(entry.bytes().length);
        }
        tar.putArchiveEntry(header);
        if (entry.bytes() != null) {
          tar.write(entry.bytes());
        }
        tar.closeArchiveEntry();
      }
    }
  }

  static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = gzip(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** Compresses what is written as far as gzip can. */
  static OutputStream gzip(OutputStream out) throws IOException {
    return new GZIPOutputStream(out) {
      {
        def.setLevel(Deflater.BEST_COMPRESSION);
      }
    };
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
