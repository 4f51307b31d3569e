package org.vmstate.formats.rule;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which versions of a device's state or of a subsection a release of QEMU loads, by the name of its
 * description: a table that was made by asking the releases ({@code .ci/versions}).
 *
 * @param oldest the oldest version that is loaded
 * @param whole the oldest version in which no field is left out that the newest one has
 * @param newest the newest version that is loaded
 */
public record StateVersions(long oldest, long whole, long newest) {
  private static final String RESOURCE = "versions.txt";
  private static final Map<String, String[]> READ = new HashMap<>();

  private static synchronized String[] row(String name) {
    if (READ.isEmpty()) {
      try (InputStream in = StateVersions.class.getResourceAsStream(RESOURCE)) {
        new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .map(line -> line.split(" "))
            .forEach(words -> READ.put(words[0].replace("%20", " "), words));
      } catch (IOException e) {
        throw new UncheckedIOException(RESOURCE, e);
      }
    }
    return READ.get(name);
  }

  /** Finds what a known release loads; empty when it has no such device, or does not tell. */
  public static Optional<StateVersions> of(String name, QemuRelease release) {
    String[] row = row(name);
    int column = QemuRelease.KNOWN.indexOf(release) + 1;
    if (row == null || column == 0 || row[column].equals("-")) {
      return Optional.empty();
    }
    String[] numbers = row[column].split(",");
    return Optional.of(
        new StateVersions(
            Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2])));
  }
}
