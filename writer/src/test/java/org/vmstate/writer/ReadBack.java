package org.vmstate.writer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.element.Element;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.StateVisitor;
import org.vmstate.parser.StreamConfiguration;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.MappedSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.memory.RamContents;

/** What the parser makes of bytes. */
final class ReadBack implements StateVisitor {
  final List<Element> elements = new ArrayList<>();
  final List<PageRun> runs = new ArrayList<>();
  final List<byte[]> memory = new ArrayList<>();
  List<RamBlock> blocks = List.of();
  StreamConfiguration configuration;
  Envelope envelope;
  String xml = "";
  String cookie = "";
  private final RamContents contents = new RamContents();

  private ReadBack() {}

  static ReadBack of(byte[] image) throws IOException {
    Path file = Files.createTempFile("vmstate-test", ".img");
    try {
      Files.write(file, image);
      return of(file);
    } finally {
      Files.delete(file);
    }
  }

  static ReadBack of(Path file) throws IOException {
    ReadBack result = new ReadBack();
    ByteSource source = MappedSource.open(file, new StructurePath());
    try (source;
        ByteSource _ = ImageReader.readKeeping(source, ParseOptions.DEFAULT, result)) {
      for (RamBlock block : result.blocks) {
        result.memory.add(result.content(block));
      }
    }
    result.contents.close();
    return result;
  }

  private byte[] content(RamBlock block) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) block.usedLength());
    contents.read(
        block,
        new RamContents.Sink() {
          @Override
          public void bytes(ByteBuffer data) {
            all.put(data);
          }

          @Override
          public void zeros(long count) {
            all.position(all.position() + (int) count);
          }

          @Override
          public void absent(long count) {
            zeros(count);
          }
        });
    return all.array();
  }

  @Override
  public boolean wantsMappedPages() {
    return true;
  }

  @Override
  public void content(ByteSource source) {
    contents.setSource(source);
  }

  @Override
  public void element(Element element) {
    elements.add(element);
  }

  @Override
  public void envelope(Envelope found, String domainXml, String cookieXml) {
    envelope = found;
    xml = domainXml;
    cookie = cookieXml;
  }

  @Override
  public void configuration(StreamConfiguration found) {
    configuration = found;
  }

  @Override
  public void ramBlocks(List<RamBlock> found) throws IOException {
    blocks = found;
    contents.blocks(found);
  }

  @Override
  public void pages(PageRun run) throws IOException {
    runs.add(run);
    contents.add(run);
  }
}
