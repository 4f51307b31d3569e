package org.vmstate.analyzer.physical;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.vmstate.analyzer.physical.PhysicalMap.Certainty;
import org.vmstate.formats.ram.RamBlock;

/** Makes the map of an image's guest-physical memory from what its stream holds. */
public final class MapBuilder {
  private static final long GIB = 1L << 30;

  /** DIMMs start at multiples of the pages after them. */
  private static final long DIMM_ALIGNMENT = 2L << 20;

  /** More ranges than this have no place in an ELF core anyway. */
  private static final int MOST_RANGES = 60_000;

  private final StateFacts facts;
  private final Painter painter = new Painter();
  private final Set<String> basis = new LinkedHashSet<>();
  private final List<String> leftOut = new ArrayList<>();
  private Certainty certainty = Certainty.KNOWN;

  private MapBuilder(StateFacts facts) {
    this.facts = facts;
  }

  /** Makes the map. */
  public static PhysicalMap of(StateFacts facts) {
    return new MapBuilder(facts).build();
  }

  private PhysicalMap build() {
    Optional<Board> board = Board.of(facts);
    if (board.isEmpty() && Board.isOfManyArchitectures(facts)) {
      certainty = Certainty.UNKNOWN;
      basis.add("machine type " + facts.machine() + " of an architecture that nothing names");
      facts.blocks().forEach(block -> leftOut.add(block.name()));
    } else if (board.isEmpty()) {
      unknown();
    } else {
      basis.add("machine " + board.get().label());
      if (board.get().isPc()) {
        pc(board.get());
      } else {
        board(board.get());
      }
    }
    if (!leftOut.isEmpty()) {
      basis.add("left out, as nothing says what they are: " + String.join(", ", leftOut));
    }
    return new PhysicalMap(painter.ranges(), certainty, List.copyOf(basis), List.copyOf(leftOut));
  }

  private void doubt(Certainty other) {
    certainty = other.compareTo(certainty) > 0 ? other : certainty;
  }

  private void unknown() {
    certainty = Certainty.UNKNOWN;
    basis.add(
        "nothing is known about machine type "
            + (facts.machine().isEmpty() ? "(not recorded)" : facts.machine())
            + "; the largest block is put at 0");
    RamBlock largest = null;
    for (RamBlock block : facts.blocks()) {
      if (block.address() > 0) {
        painter.put(block.address(), block.usedLength(), block, 0, false);
      } else if (largest == null || block.usedLength() > largest.usedLength()) {
        largest = block;
      }
    }
    if (largest != null) {
      painter.put(0, largest.usedLength(), largest, 0, false);
    }
  }

  private void board(Board board) {
    Backends backends = new Backends(facts, board.memory(), 0, this::acpi);
    doubt(backends.certainty());
    basis.addAll(backends.basis());
    long end = lay(backends.memory(), 0, board.low(), board.base());
    if (board.low() < Long.MAX_VALUE) {
      end = Math.max(end, lay(backends.memory(), board.low(), Long.MAX_VALUE, board.highBase()));
    }
    board
        .rom()
        .flatMap(facts::block)
        .ifPresent(rom -> painter.put(board.romBase(), rom.usedLength(), rom, 0, true));
    plugged(backends.plugged(), end + GIB - 1 & -GIB);
    backends.unknown().stream()
        .filter(block -> virtioMemOf(block).isEmpty())
        .forEach(block -> leftOut.add(block.name()));
    virtioMem();
  }

  private void pc(Board board) {
    long own = facts.block(board.memory()).map(RamBlock::usedLength).orElse(0L);
    PcMemory size = PcMemory.of(facts, board, own);
    Backends backends = new Backends(facts, board.memory(), size.total(), this::acpi);
    doubt(backends.certainty());
    basis.addAll(backends.basis());
    basis.add(size.basis());
    doubt(size.confirmed() ? Certainty.KNOWN : Certainty.LIKELY);
    long total = backends.memory().stream().mapToLong(RamBlock::usedLength).sum();
    long below = size.below(total);
    lay(backends.memory(), 0, below, 0);
    long end = Math.max(4 * GIB, lay(backends.memory(), below, total - below, 4 * GIB));
    new PcRegions(facts, painter, below).paint(board, basis);
    plugged(backends.plugged(), end + GIB - 1 & -GIB);
    backends.unknown().stream()
        .filter(block -> virtioMemOf(block).isEmpty())
        .forEach(block -> leftOut.add(block.name()));
    virtioMem();
  }

  /** Puts a part of the concatenated blocks at an address; returns the address after it. */
  private long lay(List<RamBlock> blocks, long from, long length, long address) {
    long at = 0;
    long end = address;
    for (RamBlock block : blocks) {
      long start = Math.max(from, at);
      long stop =
          Math.min(
              at + block.usedLength(),
              length > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + length);
      if (start < stop) {
        painter.put(address + start - from, stop - start, block, start - at, false);
        end = address + stop - from;
      }
      at += block.usedLength();
    }
    return end;
  }

  private AcpiMemory acpi() {
    return new AcpiMemory(facts.tables());
  }

  private void plugged(List<RamBlock> blocks, long memoryEnd) {
    if (blocks.isEmpty()) {
      return;
    }
    OptionalLong range = acpi().hotplugBase();
    long at = range.orElse(memoryEnd);
    int guessed = 0;
    for (RamBlock block : blocks) {
      OptionalLong told = facts.dimms().base(block.name());
      if (told.isPresent()) {
        basis.add("DIMMs by the domain XML");
        painter.put(told.getAsLong(), block.usedLength(), block, 0, false);
        at = Math.max(at, told.getAsLong() + block.usedLength());
        continue;
      }
      guessed++;
      at = at + DIMM_ALIGNMENT - 1 & -DIMM_ALIGNMENT;
      painter.put(at, block.usedLength(), block, 0, false);
      at += block.usedLength();
    }
    if (guessed > 0) {
      boolean ranged = range.isPresent();
      doubt(guessed == 1 && ranged ? Certainty.LIKELY : Certainty.GUESSED);
      basis.add(
          ranged
              ? "DIMMs from the SRAT's hot-plug range on"
              : "DIMMs from the first GiB after memory on");
    }
  }

  /** The device tells address and plugged blocks; what is not plugged is no memory. */
  private void virtioMem() {
    for (RamBlock block : facts.blocks()) {
      virtioMemOf(block).ifPresent(d -> virtioMem(block, d));
    }
  }

  private Optional<Fields> virtioMemOf(RamBlock block) {
    int slash = block.name().indexOf('/');
    return slash < 1
        ? Optional.empty()
        : facts.deviceNamed(block.name().substring(0, slash) + "/virtio-mem-device-early");
  }

  private void virtioMem(RamBlock block, Fields device) {
    basis.add("state of virtio-mem");
    long unit = device.value("block_size");
    byte[] bitmap = device.bytes("bitmap");
    if (unit < block.pageSize() || Long.bitCount(unit) != 1) {
      doubt(Certainty.GUESSED);
      return;
    }
    long count = Math.min(bitmap.length * 8L, (block.usedLength() + unit - 1) / unit);
    int ranges = 0;
    for (long i = 0; i < count && ranges < MOST_RANGES; i++) {
      long first = i;
      while (i < count && isSet(bitmap, i)) {
        i++;
      }
      if (i > first) {
        ranges++;
        painter.put(
            device.value("addr") + first * unit, (i - first) * unit, block, first * unit, false);
      }
    }
    if (ranges == MOST_RANGES) {
      doubt(Certainty.GUESSED);
      basis.add("only the first " + MOST_RANGES + " plugged ranges");
    }
  }

  /** The bitmap is of big-endian 64-bit words. */
  private static boolean isSet(byte[] bitmap, long index) {
    int word = (int) (index / Long.SIZE * Long.BYTES);
    int bit = (int) (index % Long.SIZE);
    int at = word + Long.BYTES - 1 - bit / 8;
    return at < bitmap.length && (bitmap[at] >> bit % 8 & 1) != 0;
  }
}
