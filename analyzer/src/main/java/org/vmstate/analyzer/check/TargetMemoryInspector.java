package org.vmstate.analyzer.check;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;

/** Says whether a target has the RAM blocks and the page size of an image. */
final class TargetMemoryInspector extends TargetRules {
  private boolean compared;

  TargetMemoryInspector(Findings findings, Target target) {
    super(findings, target);
  }

  @Override
  public void accept(Event event) throws IOException {
    super.accept(event);
    switch (event) {
      // said before the memory is read, which another page size makes unreadable
      case Event.Configuration e ->
          e.configuration().pageBits().ifPresent(bits -> pageSize(1L << bits));
      case Event.RamListEnd e -> ramBlocks(e.blocks());
      default -> {}
    }
  }

  private void ramBlocks(List<RamBlock> blocks) {
    if (!blocks.isEmpty() && !compared) {
      pageSize(blocks.getFirst().pageSize());
    }
    if (target().blocks().isEmpty()) {
      return;
    }
    applied(Rule.TARGET_RAM);
    for (RamBlock block : blocks) {
      Long length = target().blocks().get(block.name());
      if (length == null) {
        add(
            here(
                    Reason.TARGET_BLOCK_UNKNOWN,
                    Facts.named(block.name()),
                    last(),
                    "RAM block " + block.name() + ": the target has none of this name")
                .with(Map.of("block", block.name(), "cure", cureOfMissing(block))));
      } else if (length != block.usedLength()) {
        Finding other =
            here(
                Reason.TARGET_BLOCK_LENGTH,
                Facts.named(block.name(), block.usedLength(), length),
                last(),
                String.format(
                    Locale.ROOT,
                    "RAM block %s: the stream has %d bytes, the target %d",
                    block.name(),
                    block.usedLength(),
                    length));
        // tables made by the firmware interface change their size
        add(grows(block) ? other.as(Severity.INFO).by(Optional.empty()) : other.with(cure(block)));
      }
    }
  }

  private boolean grows(RamBlock block) {
    long most =
        target().facts().map(f -> f.limits().getOrDefault(block.name(), 0L)).orElse(Long.MAX_VALUE);
    return block.usedLength() <= most
        && (target().facts().isPresent() || block.name().contains("rom@etc/"));
  }

  private static String cureOfMissing(RamBlock block) {
    return block.name().endsWith(".rom")
        ? "start the target's card with a ROM, or upgrade --target, which leaves this one out"
        : "start the target with this block";
  }

  private static Map<String, Object> cure(RamBlock block) {
    return block.name().endsWith(".rom")
        ? Map.of(
            "block",
            block.name(),
            "cure",
            "start the target's card with romsize="
                + block.usedLength()
                + " or with romfile= and a ROM of that length, or upgrade --target, which leaves"
                + " the target's own ROM in place")
        : Map.of("block", block.name(), "cure", "start the target with a block of that length");
  }

  private void pageSize(long sent) {
    if (target().pageSize().isPresent()) {
      compared = true;
      applied(Rule.TARGET_RAM);
      if (sent != target().pageSize().getAsLong()) {
        add(
            here(
                Reason.TARGET_PAGE_SIZE,
                Facts.found(
                    Long.numberOfTrailingZeros(sent),
                    Long.numberOfTrailingZeros(target().pageSize().getAsLong())),
                last(),
                "page size: the stream has "
                    + sent
                    + ", the target "
                    + target().pageSize().getAsLong()));
      }
    }
  }
}
