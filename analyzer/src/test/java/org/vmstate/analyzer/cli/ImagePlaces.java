package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.container.Container;
import org.vmstate.parser.io.ByteSource;

/** Where an image can be cut between its parts, and where its sections can be damaged. */
final class ImagePlaces implements EventSink {
  /** Enough of a section to find it in a container. */
  private static final int SOUGHT = 48;

  /** Boundaries of all parts; offsets of the decompressed stream in a compressed image. */
  private final TreeSet<Long> boundaries = new TreeSet<>();

  /** Those in front of a compressed stream. */
  private final TreeSet<Long> outer = new TreeSet<>();

  private final List<ByteRange> holes = new ArrayList<>();

  /** What stands where the holes start that take a header away. */
  private final List<byte[]> starts = new ArrayList<>();

  private long streamEnd = -1;
  private long header = -1;
  private boolean ram;

  static ImagePlaces of(Path file) throws IOException {
    ImagePlaces places = new ImagePlaces();
    try (Container container = Container.open(ImageReader.open(file), file);
        ByteSource source = container.state(Optional.empty())) {
      ImageReader.read(source, ParseOptions.DEFAULT, places);
      // offsets in what is compressed are none of the source
      for (ByteRange hole : places.outer.isEmpty() ? places.holes : List.<ByteRange>of()) {
        if (!places.boundaries.contains(hole.start())) {
          // so little of the middle of a section may be payload alone
          continue;
        }
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(SOUGHT, hole.length()));
        source.copy(hole.start(), start);
        places.starts.add(start.array());
      }
    }
    return places;
  }

  TreeSet<Long> boundaries() {
    return boundaries;
  }

  TreeSet<Long> outer() {
    return outer;
  }

  List<ByteRange> holes() {
    return holes;
  }

  long streamEnd() {
    return streamEnd;
  }

  /** Takes the places of the sections in a container; it may be cut anywhere. */
  void moveInto(Path file) throws IOException {
    String bytes = Files.readString(file, StandardCharsets.ISO_8859_1);
    holes.clear();
    for (byte[] start : starts) {
      String sought = new String(start, StandardCharsets.ISO_8859_1);
      int at = bytes.indexOf(sought);
      // a row of zeros may be anywhere
      if (at >= 0 && bytes.indexOf(sought, at + 1) < 0) {
        holes.add(new ByteRange(at, at + start.length));
      }
    }
    assertTrue(holes.size() > 3, "sections found: " + holes.size());
    boundaries.clear();
  }

  @Override
  public void accept(Event event) {
    ByteRange range = event.range();
    if (!event.covers()) {
      return;
    }
    if (event instanceof Event.CompressedStream) {
      outer.addAll(boundaries);
      outer.add(range.start());
      return;
    }
    boundaries.add(range.start());
    boundaries.add(range.end());
    switch (event) {
      case Event.SectionHeader e -> {
        Section section = e.section();
        header = range.start();
        ram = section.name().equals("ram");
      }
      case Event.Device e when !ram -> {
        long middle = (range.start() + range.end()) / 2;
        holes.add(new ByteRange(header, Math.max(middle, header + 1)));
      }
      case Event.SectionFooter e when !ram -> {
        boolean device = !holes.isEmpty() && holes.getLast().start() == header;
        long front = device ? holes.getLast().end() : header;
        holes.add(new ByteRange(front, range.end()));
        holes.add(new ByteRange(header, range.end()));
      }
      case Event.EndOfStream e -> streamEnd = range.end();
      default -> {}
    }
  }
}
