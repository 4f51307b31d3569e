package org.vmstate.analyzer.fault;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/**
 * Stands between a program and the file system of its process, when a virtual machine is started
 * with the name of this class as {@code java.nio.file.spi.DefaultFileSystemProvider}: the program
 * needs nothing for being tested.
 */
public final class FaultyProvider extends FileSystemProvider {
  private final FileSystemProvider inner;
  private final FaultyFileSystem system;

  /** Wraps the provider that there was. */
  public FaultyProvider(FileSystemProvider inner) {
    this.inner = inner;
    this.system = new FaultyFileSystem(this, inner.getFileSystem(URI.create("file:///")));
  }

  private static Path at(Call call, Path path) throws IOException {
    Fault.SYSTEM.at(call, path.toString());
    return FaultyPath.inner(path);
  }

  @Override
  public String getScheme() {
    return inner.getScheme();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    return new FaultyPath(system, inner.getPath(uri));
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path real = at(Call.OPEN, path);
    return new FaultyChannel(inner.newFileChannel(real, options, attributes));
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> found =
        inner.newDirectoryStream(
            at(Call.STATUS, folder), path -> filter.accept(new FaultyPath(system, path)));
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        Iterator<Path> paths = found.iterator();
        return new Iterator<>() {
          @Override
          public boolean hasNext() {
            return paths.hasNext();
          }

          @Override
          public Path next() {
            return new FaultyPath(system, paths.next());
          }
        };
      }

      @Override
      public void close() throws IOException {
        found.close();
      }
    };
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    inner.createDirectory(at(Call.OPEN, folder), attributes);
  }

  @Override
  public void delete(Path path) throws IOException {
    inner.delete(at(Call.DELETE, path));
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) throws IOException {
    inner.copy(at(Call.WRITE, source), FaultyPath.inner(target), options);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    inner.move(at(Call.RENAME, source), FaultyPath.inner(target), options);
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    inner.createLink(at(Call.RENAME, link), FaultyPath.inner(existing));
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return new FaultyPath(system, inner.readSymbolicLink(at(Call.STATUS, link)));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return inner.isSameFile(at(Call.STATUS, path), FaultyPath.inner(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return inner.isHidden(at(Call.STATUS, path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return inner.getFileStore(at(Call.STATUS, path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    inner.checkAccess(at(Call.STATUS, path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return inner.getFileAttributeView(FaultyPath.inner(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return inner.readAttributes(at(Call.STATUS, path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws IOException {
    return inner.readAttributes(at(Call.STATUS, path), names, options);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    inner.setAttribute(at(Call.STATUS, path), name, value, options);
  }
}
