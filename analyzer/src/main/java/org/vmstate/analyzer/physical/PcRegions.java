package org.vmstate.analyzer.physical;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.vmstate.formats.ram.RamBlock;

/**
 * What a PC puts over its memory: firmware, the VGA window, memory of system management. The host
 * bridge's configuration space says what is to be seen between 768 KiB and 1 MiB. Source: QEMU 10.0
 * hw/pci-host/pam.c, i440fx.c, q35.c, hw/i386/x86-common.c.
 */
final class PcRegions {
  private static final int WINDOW = 0xa0000;
  private static final int WINDOW_LENGTH = 0x20000;
  private static final int OPTION_ROM = 0xc0000;
  private static final int BIOS = 0xf0000;
  private static final int MIB = 1 << 20;
  private static final int SMALL = 0x4000;
  private static final int SMALL_REGIONS = 12;
  private static final int OPEN = 0x40;
  private static final int ENABLED = 0x08;
  private static final int TSEG = 1;
  private static final int MEMORY_ENABLED = 2;
  private static final Pattern CARD = Pattern.compile("(.*/)?(vga\\.vram|qxl\\.vgavram)");

  private final StateFacts facts;
  private final Painter painter;
  private final long below;

  PcRegions(StateFacts facts, Painter painter, long below) {
    this.facts = facts;
    this.painter = painter;
    this.below = below;
  }

  void paint(Board board, Set<String> basis) {
    Optional<RamBlock> bios = facts.block("pc.bios");
    bios.ifPresent(b -> painter.put((4L << 30) - b.usedLength(), b.usedLength(), b, 0, true));
    facts.blocks().stream().filter(PcRegions::isCard).forEach(this::card);
    boolean bridged = board == Board.I440FX || board == Board.Q35;
    byte[] config =
        facts
            .device(board == Board.Q35 ? "mch" : "I440FX")
            .map(d -> d.bytes("config[0]").length > 0 ? d.bytes("config[0]") : d.bytes("config"))
            .orElse(new byte[0]);
    boolean known = bridged && config.length >= 256;
    if (!bridged) {
      rom(OPTION_ROM, MIB);
    }
    if (known) {
      basis.add("windows below 1 MiB by the host bridge");
    }
    int pam = board == Board.Q35 ? 0x90 : 0x59;
    for (int i = 0; known && i <= SMALL_REGIONS; i++) {
      int register = config[pam + (i + 1) / 2] & 0xff;
      int attribute = (i % 2 == 0 ? register >> 4 : register) & 3;
      if (attribute == 0) {
        int start = i == 0 ? BIOS : OPTION_ROM + (i - 1) * SMALL;
        rom(start, i == 0 ? MIB : start + SMALL);
      }
    }
    int smram = known ? config[board == Board.Q35 ? 0x9d : 0x72] : 0;
    // without a card the window is memory: nothing else lies there
    if ((smram & OPEN) == 0 && facts.blocks().stream().anyMatch(PcRegions::isCard)) {
      painter.erase(WINDOW, WINDOW_LENGTH);
    }
    if (board == Board.Q35 && known && (smram & ENABLED) != 0 && (config[0x9e] & TSEG) != 0) {
      long length =
          switch (config[0x9e] >> 1 & 3) {
            case 0 -> MIB;
            case 1 -> 2L * MIB;
            case 2 -> 8L * MIB;
            default -> (config[0x50] & 0xffL | (config[0x51] & 0xffL) << 8) * MIB;
          };
      painter.erase(below - length, length);
    }
  }

  private static boolean isCard(RamBlock block) {
    return CARD.matcher(block.name()).matches();
  }

  /** The memory of a card is where its first base address register says, when it listens. */
  private void card(RamBlock block) {
    Optional<Fields> device = facts.ownerOf(block);
    byte[] config = device.map(d -> d.bytes("config[0]")).orElse(new byte[0]);
    if (config.length < 0x14 || (config[4] & MEMORY_ENABLED) == 0 || (config[0x10] & 1) != 0) {
      return;
    }
    long address = 0;
    for (int i = 3; i >= 0; i--) {
      address = address << 8 | config[0x10 + i] & 0xff;
    }
    painter.put(address & ~0xfL, block.usedLength(), block, 0, true);
  }

  /** Shows the firmware between two addresses, or nothing. */
  private void rom(int start, int end) {
    facts.block("pc.rom").ifPresent(b -> part(b, OPTION_ROM, 0, start, end));
    facts
        .block("pc.bios")
        .or(() -> facts.block("isa-bios"))
        .ifPresent(
            b -> {
              long shown = Math.min(b.usedLength(), 128 << 10);
              part(b, MIB - shown, b.usedLength() - shown, start, end);
            });
  }

  private void part(RamBlock block, long base, long offset, long start, long end) {
    long from = Math.max(base, start);
    long to = Math.min(base + block.usedLength() - offset, end);
    if (from < to) {
      painter.put(from, to - from, block, offset + from - base, true);
    }
  }
}
