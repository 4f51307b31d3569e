package org.vmstate.writer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.FileSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.memory.RamContents;

/** What the parser makes of bytes. */
final class ReadBack implements EventSink {
  final List<Event> elements = new ArrayList<>();
  final List<PageRun> runs = new ArrayList<>();
  final List<byte[]> memory = new ArrayList<>();
  List<RamBlock> blocks = List.of();
  StreamConfiguration configuration;
  SaveHeader saveHeader;
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
    ByteSource source = FileSource.open(file, new StructurePath());
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
  public boolean wants(Want want) {
    return want == Want.MAPPED_PAGES;
  }

  @Override
  public void accept(Event event) throws IOException {
    if (event.covers()) {
      elements.add(event);
    }
    switch (event) {
      case Event.StreamHeader e -> contents.setSource(e.content());
      case Event.SaveImageHeader e -> {
        saveHeader = e.saveHeader();
        xml = e.xml();
        cookie = e.cookie();
      }
      case Event.Configuration e -> configuration = e.configuration();
      case Event.RamListEnd e -> {
        blocks = e.blocks();
        contents.blocks(blocks);
      }
      case Event.RamPages e -> pages(e.run());
      case Event.MappedPages e -> pages(e.run());
      default -> {}
    }
  }

  private void pages(PageRun run) throws IOException {
    runs.add(run);
    contents.add(run);
  }
}
