package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalMap.Certainty;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.analyzer.report.JsonTree;
import org.vmstate.formats.ram.RamBlock;

/**
 * A physical map of the user: the output of {@code info --output=json}, or the object in its member
 * {@code physical_memory}, edited or not. Addresses are numbers or strings such as {@code
 * "0x1000"}.
 */
final class MapFile {
  private final Path file;
  private final List<RamBlock> blocks;

  private MapFile(Path file, List<RamBlock> blocks) {
    this.file = file;
    this.blocks = blocks;
  }

  static PhysicalMap read(Path file, List<RamBlock> blocks) throws IOException {
    return new MapFile(file, blocks).read();
  }

  private PhysicalMap read() throws IOException {
    Map<?, ?> top = JsonTree.object(file);
    Object inner = top.get("physical_memory");
    Object list = inner instanceof Map<?, ?> map ? map.get("ranges") : top.get("ranges");
    if (!(list instanceof List<?> entries)) {
      throw wrong("expected physical_memory.ranges or ranges, an array");
    }
    List<PhysicalRange> ranges = new ArrayList<>();
    for (Object entry : entries) {
      if (!(entry instanceof Map<?, ?> range)) {
        throw wrong("expected objects in ranges");
      }
      ranges.add(range(range));
    }
    ranges.sort(Comparator.comparingLong(PhysicalRange::start));
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i - 1).end() > ranges.get(i).start()) {
        throw wrong("ranges overlap at 0x" + Long.toHexString(ranges.get(i).start()));
      }
    }
    return new PhysicalMap(ranges, Certainty.GIVEN, List.of(file.toString()));
  }

  private PhysicalRange range(Map<?, ?> range) throws ConversionException {
    Object name = range.get("block");
    RamBlock block =
        blocks.stream()
            .filter(b -> b.name().equals(name))
            .findFirst()
            .orElseThrow(() -> wrong("block " + name + ": no such block in the image"));
    long start = number(range, "start");
    long length = number(range, "length");
    long offset = range.containsKey("offset") ? number(range, "offset") : 0;
    boolean fits =
        start >= 0
            && offset >= 0
            && length > 0
            && offset % block.pageSize() == 0
            && length <= block.usedLength() - offset
            && start <= Long.MAX_VALUE - length;
    if (!fits) {
      throw wrong(
          "range at 0x"
              + Long.toHexString(start)
              + ": expected a part of block "
              + name
              + " from a page on");
    }
    boolean rom = "rom".equals(range.get("kind"));
    return new PhysicalRange(start, length, block, offset, rom);
  }

  private long number(Map<?, ?> range, String member) throws ConversionException {
    Object value = range.get(member);
    try {
      return value instanceof Long number ? number : Long.decode(String.valueOf(value));
    } catch (NumberFormatException e) {
      throw wrong(member + ": expected a number, found " + value);
    }
  }

  private ConversionException wrong(String text) {
    return ConversionException.named(file + ": " + text);
  }
}
