package org.vmstate.analyzer.compare;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vmstate.analyzer.compare.Difference.Kind;
import org.vmstate.analyzer.domain.XmlSecrets;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * Compares two images. Layout, compression and what was sent how often do not matter, unless the
 * comparison is strict; a save header counts when both have one.
 */
public final class Comparison implements Closeable {
  /** Differences that are kept; all are counted. */
  private static final int MOST = 10_000;

  private final boolean strict;
  private final Progress progress;
  private final List<Difference> differences = new ArrayList<>();
  private final Side first = new Side();
  private final Side second = new Side();
  private long count;

  /** Makes a comparison. */
  public Comparison(boolean strict, Progress progress) {
    this.strict = strict;
    this.progress = progress;
  }

  /** Reads the first image. */
  public void readFirst(ByteSource source, ParseOptions options) throws IOException {
    first.read(source, options);
  }

  /** Reads the second image. */
  public void readSecond(ByteSource source, ParseOptions options) throws IOException {
    second.read(source, options);
  }

  /** Compares what was read, whose sources are still open. */
  public void compare() throws IOException {
    saveHeader(first, second);
    configuration(first, second);
    memory(first, second);
    devices(first, second);
    if (strict) {
      layout(first, second);
    }
  }

  @Override
  public void close() throws IOException {
    first.close();
    second.close();
  }

  /** Returns the differences, the first 10,000 of them. */
  public List<Difference> differences() {
    return differences;
  }

  /** Returns how many differences there are. */
  public long count() {
    return count;
  }

  private void add(Difference difference) {
    count++;
    if (differences.size() < MOST) {
      differences.add(difference);
    }
  }

  private void same(Kind kind, String path, Object ours, Object theirs) {
    if (!ours.equals(theirs)) {
      add(Difference.of(kind, path, String.valueOf(ours), String.valueOf(theirs)));
    }
  }

  private void saveHeader(Side a, Side b) {
    if (a.saveHeader().isEmpty() || b.saveHeader().isEmpty()) {
      return;
    }
    SaveHeader ours = a.saveHeader().get();
    SaveHeader theirs = b.saveHeader().get();
    String state = "guest state";
    same(Kind.LIBVIRT, state, runs(ours), runs(theirs));
    same(Kind.LIBVIRT, "complete", ours.complete(), theirs.complete());
    text("domain XML", a.xml(), b.xml());
    text("cookie", a.cookie(), b.cookie());
  }

  private static String runs(SaveHeader saveHeader) {
    return saveHeader.running() ? "running" : "paused";
  }

  /** Reports the first line that differs, without what is secret in it. */
  private void text(String path, String one, String another) {
    if (one.equals(another)) {
      return;
    }
    String[] ours = one.split("\n", -1);
    String[] theirs = another.split("\n", -1);
    int line = 0;
    while (line < Math.min(ours.length, theirs.length) && ours[line].equals(theirs[line])) {
      line++;
    }
    // the lines around tell what is secret
    String shown = line(XmlSecrets.mask(one).split("\n", -1), line);
    String other = line(XmlSecrets.mask(another).split("\n", -1), line);
    add(Difference.of(Kind.LIBVIRT, path + " line " + (line + 1), shown, other));
  }

  private static String line(String[] lines, int index) {
    String line = index < lines.length ? lines[index].strip() : "";
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }

  private void configuration(Side a, Side b) {
    if (a.configuration().isEmpty() || b.configuration().isEmpty()) {
      return;
    }
    StreamConfiguration ours = a.configuration().get();
    StreamConfiguration theirs = b.configuration().get();
    same(Kind.CONFIGURATION, "machine type", ours.machine(), theirs.machine());
    same(Kind.CONFIGURATION, "uuid", ours.uuid().orElse(""), theirs.uuid().orElse(""));
  }

  private void memory(Side a, Side b) throws IOException {
    Map<String, RamBlock> theirs = new HashMap<>();
    b.contents().blocks().forEach(block -> theirs.put(block.name(), block));
    MemoryDiff diff = new MemoryDiff(a, b, progress);
    for (RamBlock block : a.contents().blocks()) {
      RamBlock other = theirs.remove(block.name());
      if (other == null) {
        add(Difference.of(Kind.MEMORY, block.name(), block.usedLength() + " bytes", ""));
        continue;
      }
      String path = block.name();
      same(Kind.MEMORY, path + " length", block.usedLength(), other.usedLength());
      same(Kind.CONFIGURATION, path + " page size", block.pageSize(), other.pageSize());
      if (block.pageSize() == other.pageSize()) {
        diff.compare(block, other).forEach(this::add);
      }
    }
    theirs
        .values()
        .forEach(
            block ->
                add(Difference.of(Kind.MEMORY, block.name(), "", block.usedLength() + " bytes")));
  }

  private void devices(Side a, Side b) {
    Map<String, Side.Device> theirs = new HashMap<>(b.devices());
    StateDiff diff = new StateDiff(this::add);
    a.devices()
        .forEach(
            (key, device) -> {
              Side.Device other = theirs.remove(key);
              if (other == null) {
                add(Difference.of(Kind.DEVICE, key, "present", ""));
                return;
              }
              same(Kind.DEVICE, key + " version", device.version(), other.version());
              device(diff, key, device, other);
            });
    theirs.keySet().stream()
        .sorted()
        .forEach(key -> add(Difference.of(Kind.DEVICE, key, "", "present")));
  }

  private void device(StateDiff diff, String key, Side.Device one, Side.Device other) {
    Optional<StateNode> ours = one.state();
    Optional<StateNode> theirs = other.state();
    if (ours.isPresent() && theirs.isPresent()) {
      diff.compare(key, ours.get(), theirs.get());
    } else if (ours.isPresent() != theirs.isPresent()) {
      same(Kind.DEVICE, key + " decoded", ours.isPresent(), theirs.isPresent());
    } else if (!one.opaque().isSameAs(other.opaque())) {
      add(
          Difference.of(
              Kind.DEVICE, key + " (not decoded)", one.opaque().shown(), other.opaque().shown()));
    }
  }

  private void layout(Side a, Side b) {
    same(Kind.LAYOUT, "save header", saveHeaderLayout(a), saveHeaderLayout(b));
    same(Kind.LAYOUT, "compression", a.compressed(), b.compressed());
    same(Kind.LAYOUT, "capabilities", capabilities(a), capabilities(b));
    same(Kind.LAYOUT, "records", a.order().size(), b.order().size());
    for (int i = 0; i < Math.min(a.order().size(), b.order().size()); i++) {
      if (!a.order().get(i).equals(b.order().get(i))) {
        same(Kind.LAYOUT, "record " + i, a.order().get(i), b.order().get(i));
        break;
      }
    }
    List<RamBlock> ours = a.contents().blocks();
    List<RamBlock> theirs = b.contents().blocks();
    for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
      String path = ours.get(i).name() + " pages sent";
      same(Kind.LAYOUT, path, a.sent(ours.get(i)), b.sent(theirs.get(i)));
    }
  }

  private static String saveHeaderLayout(Side side) {
    return side.saveHeader()
        .map(
            e ->
                "libvirt version "
                    + e.version()
                    + ", "
                    + e.compression().label()
                    + (e.bigEndian() ? ", big-endian" : ""))
        .orElse("none");
  }

  private static String capabilities(Side side) {
    return side.configuration().map(c -> String.join(", ", c.capabilities())).orElse("");
  }
}
