package org.vmstate.analyzer.output;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.container.Holder;
import org.vmstate.parser.io.ByteSource;

/**
 * A state in a disk or in another program's file.
 *
 * @param path the disk or the file
 * @param snapshot id or name of a snapshot, for a disk
 */
record ContainedState(Path path, Optional<String> snapshot) implements ImageSource {
  /** Takes a state out of a container. */
  private interface State {
    ByteSource of(Container container) throws IOException;
  }

  private ByteSource open(State state) throws IOException {
    Container container = Container.open(ImageReader.open(path), path);
    try {
      return state.of(container);
    } catch (IOException | RuntimeException | Error e) {
      container.close();
      throw e;
    }
  }

  @Override
  public ByteSource open() throws IOException {
    return open(container -> container.state(snapshot));
  }

  @Override
  public ByteSource openWhole() throws IOException {
    return open(container -> container.whole(snapshot));
  }

  @Override
  public long front() throws IOException {
    try (Container container = Container.open(ImageReader.open(path), path)) {
      return Container.front(container.whole(snapshot));
    }
  }

  @Override
  public Optional<Path> inOnePiece() throws IOException {
    try (Container container = Container.open(ImageReader.open(path), path)) {
      boolean follows = Container.front(container.whole(snapshot)) > 0;
      return follows && container.disk().isEmpty() ? Optional.of(path) : Optional.empty();
    }
  }

  @Override
  public Optional<String> holder() throws IOException {
    if (front() > 0) {
      return Optional.empty();
    }
    try (Container container = Container.open(ImageReader.open(path), path)) {
      return container.holder().map(Holder::label);
    }
  }

  @Override
  public Optional<Path> file() {
    return Optional.empty();
  }
}
