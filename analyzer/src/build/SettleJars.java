import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Build step of a release: writes the jars of a module anew without the modes of files, which Maven
 * takes over from the working tree, where they are what the builder's umask made of them. Names,
 * order, times and bytes stay.
 */
public final class SettleJars {
  private SettleJars() {}

  /** Takes the folder that has the jars. */
  public static void main(String[] args) throws IOException {
    try (var files = Files.list(Path.of(args[0]))) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        settle(jar);
      }
    }
  }

  private static void settle(Path jar) throws IOException {
    Path settled = Path.of(jar + ".tmp");
    try (ZipFile in = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(settled);
        ZipOutputStream out = new ZipOutputStream(file)) {
      List<? extends ZipEntry> entries = Collections.list(in.entries());
      for (ZipEntry entry : entries) {
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTimeLocal(entry.getTimeLocal());
        out.putNextEntry(copy);
        try (InputStream bytes = in.getInputStream(entry)) {
          bytes.transferTo(out);
        }
        out.closeEntry();
      }
    }
    Files.move(settled, jar, StandardCopyOption.REPLACE_EXISTING);
  }
}
