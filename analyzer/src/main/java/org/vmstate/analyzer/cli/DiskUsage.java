package org.vmstate.analyzer.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * A file's blocks on disk, which Java has no call for: from {@code stat}, while the image is being
 * read. Without {@code stat} on the system nothing is known.
 */
final class DiskUsage implements Supplier<OptionalLong>, AutoCloseable {
  private final Thread thread;
  private OptionalLong result = OptionalLong.empty();

  /** Starts to ask; null and what is no regular file are not asked for. */
  DiskUsage(Path file) throws IOException {
    thread = new Thread(() -> ask(file));
    thread.setDaemon(true);
    if (file != null && Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
      thread.start();
    }
  }

  private void ask(Path file) {
    try {
      Process process =
          new ProcessBuilder("stat", "-L", "-c", "%b %B", "--", file.toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      accept(new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
    } catch (IOException | OutOfMemoryError e) {
      // a line of the answer less
      result = OptionalLong.empty();
    }
  }

  private void accept(String blocksAndSize) {
    String[] words = blocksAndSize.trim().split(" ");
    try {
      if (words.length == 2) {
        result = OptionalLong.of(Long.parseLong(words[0]) * Long.parseLong(words[1]));
      }
    } catch (NumberFormatException e) {
      result = OptionalLong.empty();
    }
  }

  @Override
  public OptionalLong get() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return result;
  }

  @Override
  public void close() {
    get();
  }
}
