package org.vmstate.analyzer.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Section;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.vmdesc.FieldNode;
import org.vmstate.formats.vmdesc.StateNode;

/**
 * What becomes of pages of which the image has nothing, where the output cannot say that: it would
 * make zeros of them, which for a ROM, or after a damage, is another guest. That is refused, unless
 * it is asked for as a loss. Only what virtio-mem says to be unplugged is nobody's memory.
 */
public final class AbsentPages implements EventSink {
  private static final String VIRTIO_MEM = "/virtio-mem";
  private static final String VIRTIO_MEM_EARLY = "/virtio-mem-device-early";

  private final Consumer<String> losses;
  private final Map<String, OptionalLong> plugged = new HashMap<>();
  private boolean multifd;

  /**
   * Decides for one pass.
   *
   * @param losses takes what is lost, null when nothing may be
   */
  public AbsentPages(Consumer<String> losses) {
    this.losses = losses;
  }

  /** Accepts what the pass finds. */
  @Override
  public void accept(Event event) {
    switch (event) {
      case Event.Device e -> device(e.section(), e.state());
      case Event.RamMarker e -> multifd |= (e.word() & RamFormat.MULTIFD_FLUSH) != 0;
      case Event.SectionHeader e -> {
        String name = e.section().name();
        if (name.endsWith(VIRTIO_MEM)) {
          plugged.putIfAbsent(owner(name), OptionalLong.empty());
        }
      }
      default -> {}
    }
  }

  private void device(Section section, Optional<StateNode> state) {
    if (section.name().endsWith(VIRTIO_MEM_EARLY) && state.isPresent()) {
      for (FieldNode field : state.get().fields()) {
        if (field.desc().name().equals("size") && field.raw().length == Long.BYTES) {
          long size = ByteBuffer.wrap(field.raw()).getLong();
          plugged.put(owner(section.name()), OptionalLong.of(size));
        }
      }
    }
  }

  private static String owner(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  /**
   * Decides on pages of a block that the image does not have.
   *
   * @param missing their number
   * @param target what cannot express them
   * @throws MalformedDataException when they are a loss, and none is asked for
   */
  public void require(RamBlock block, long missing, String target) throws IOException {
    if (missing == 0 || isUnplugged(block, missing)) {
      return;
    }
    String found =
        "pages of "
            + block.name()
            + ": expected all "
            + block.pages()
            + ", found "
            + missing
            + " never sent";
    if (losses != null) {
      losses.accept(found + "; they become zeros");
      return;
    }
    throw new MalformedDataException(
        Reason.PAGES_NEVER_SENT,
        found
            + (multifd
                ? ": multifd channels have them, without which the memory is not complete"
                : "")
            + "; "
            + target
            + " cannot express that, --salvage makes zeros of them",
        0,
        RamFormat.IDSTR);
  }

  /** Decides on pages that came by channels, for an output that expresses pages never sent. */
  public void requireNoChannels(RamBlock block, long missing) throws IOException {
    if (multifd) {
      require(block, missing, "a stream without channels");
    }
  }

  /** Reports whether all missing pages of a block are unplugged memory of a virtio-mem device. */
  public boolean isUnplugged(RamBlock block, long missing) {
    OptionalLong size = plugged.get(owner(block.name()));
    if (size == null || block.name().indexOf('/') < 1) {
      return false;
    }
    // without the device's state one can only believe it
    return size.isEmpty() || missing * block.pageSize() == block.usedLength() - size.getAsLong();
  }

  /** Refuses, or tells as a loss, a block that x-ignore-shared left out. */
  public void leftOut(RamBlock block, String target) throws IOException {
    String found = "block " + block.name() + " was left out by x-ignore-shared: its memory is";
    if (losses == null) {
      throw new ConversionException(
          found + " not in the file, and " + target + "; --salvage makes zeros of it");
    }
    losses.accept(found + " in the file that backs it; it becomes zeros");
  }
}
