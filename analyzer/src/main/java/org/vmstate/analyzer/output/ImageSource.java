package org.vmstate.analyzer.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;

/** A saved state that can be opened several times: a file, or a part of one. */
public interface ImageSource {
  /** Opens it at its start. */
  ByteSource open() throws IOException;

  /** Returns the file whose offsets are those of the state. */
  Optional<Path> file();

  /** Returns a file that is nothing but a state. */
  static ImageSource of(Path file) {
    return new ImageSource() {
      @Override
      public ByteSource open() throws IOException {
        return ImageReader.open(file);
      }

      @Override
      public Optional<Path> file() {
        return Optional.of(file).filter(Files::isRegularFile);
      }
    };
  }

  /**
   * Returns the state in whatever a file is.
   *
   * @param snapshot id or name of a snapshot, for a disk
   */
  static ImageSource in(Path file, Optional<String> snapshot) throws IOException {
    boolean plain;
    try (Container container = Container.open(ImageReader.open(file), file)) {
      plain = container.disk().isEmpty() && container.holder().isEmpty();
    }
    if (plain) {
      return of(file);
    }
    return new ImageSource() {
      @Override
      public ByteSource open() throws IOException {
        Container container = Container.open(ImageReader.open(file), file);
        try {
          return container.state(snapshot);
        } catch (IOException | RuntimeException e) {
          container.close();
          throw e;
        }
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }
}
