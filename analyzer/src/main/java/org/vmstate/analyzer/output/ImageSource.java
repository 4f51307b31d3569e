package org.vmstate.analyzer.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.ExtentSource;

/** A saved state that can be opened several times: a file, or a part of one. */
public interface ImageSource {
  /** Opens it at its start. */
  ByteSource open() throws IOException;

  /** Returns the file whose offsets are those of the state. */
  Optional<Path> file();

  /** Returns how many bytes are in front of it that its program needs there. */
  default long front() throws IOException {
    return 0;
  }

  /** Returns the file in which it lies in one piece, after what is in front of it. */
  default Optional<Path> inOnePiece() throws IOException {
    return file();
  }

  /** Opens it with what is in front of it. */
  default ByteSource openWhole() throws IOException {
    return open();
  }

  /** Returns what is around it and not needed, for people. */
  default Optional<String> holder() throws IOException {
    return Optional.empty();
  }

  /** Returns what follows the first bytes of another. */
  static ImageSource after(long front, ImageSource whole) {
    return new ImageSource() {
      @Override
      public ByteSource open() throws IOException {
        ByteSource source = whole.open();
        return ExtentSource.part(source, front, source.length());
      }

      @Override
      public Optional<Path> file() {
        return Optional.empty();
      }
    };
  }

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
    return new ContainedState(file, snapshot);
  }
}
