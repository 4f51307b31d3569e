package org.vmstate.analyzer.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.rule.Rule;
import org.vmstate.formats.rule.Severity;
import org.vmstate.formats.stream.CommandType;

/**
 * Rules on commands. A loader keeps a state of postcopy, and refuses a command in the wrong one;
 * commands that ask the source for something are read, and find nobody. Source: QEMU 10.0
 * migration/savevm.c.
 */
final class CommandInspector extends Inspector {
  /** What the loader's message calls its states. */
  private static final int NONE = 0;

  private static final int ADVISED = 1;
  private static final int DISCARDED = 2;
  private static final int LISTENING = 3;
  private static final int RUNNING = 4;

  private static final int ADVISE_WITH_SIZES = 16;

  private final Set<String> blocks = new HashSet<>();
  private boolean answered;
  private boolean nameless;
  private int postcopy = NONE;
  private long at;

  CommandInspector(Findings findings) {
    super(findings);
  }

  @Override
  public void accept(Event event) throws IOException {
    if (nameless) {
      nameless(event);
    }
    super.accept(event);
    switch (event) {
      case Event.Command e -> {
        applied(Rule.COMMAND);
        at = e.range().start();
        command(CommandType.of(e.code()), e);
      }
      case Event.RamListEnd e -> e.blocks().forEach(b -> blocks.add(b.name()));
      default -> {}
    }
  }

  private void command(CommandType type, Event.Command e) {
    byte[] payload = e.payload();
    if (type == CommandType.SWITCHOVER_START && !release().isFrom(10, 0)) {
      add(
          here(
              Reason.COMMAND_UNKNOWN,
              Facts.found(e.code(), payload.length),
              at,
              "command switchover-start: QEMU before 10.0 does not know it"));
    }
    if (type == CommandType.INVALID) {
      add(
          here(
              Reason.COMMAND_UNKNOWN,
              Facts.found(e.code(), payload.length),
              at,
              "command " + e.code() + ": is not known"));
      return;
    }
    if (type.length() >= 0 && type.length() != payload.length) {
      refused(
          type,
          "expected " + type.length() + " bytes, found " + payload.length,
          Reason.COMMAND_LENGTH,
          Facts.named(
              // QEMU has no name for it in its table
              type == CommandType.ENABLE_COLO ? "(null)" : type.name(),
              type.length(),
              payload.length));
      return;
    }
    switch (type) {
      case OPEN_RETURN_PATH -> answered = true;
      case PING -> {
        if (!answered) {
          refused(
              type,
              "expected open-return-path before it, found none",
              Reason.PING_WITHOUT_RETURN_PATH,
              Facts.found(Integer.toUnsignedLong(ByteBuffer.wrap(payload).getInt())));
        }
      }
      case POSTCOPY_ADVISE -> advise(payload.length);
      case POSTCOPY_RAM_DISCARD -> moves(type, ADVISED, DISCARDED, DISCARDED);
      case POSTCOPY_LISTEN -> moves(type, ADVISED, DISCARDED, LISTENING);
      case POSTCOPY_RUN -> moves(type, LISTENING, LISTENING, RUNNING);
      case RECV_BITMAP -> bitmap(payload);
      case PACKAGED -> packaged(ByteBuffer.wrap(payload), e.range().end());
      case POSTCOPY_RESUME -> unanswered(type);
      case ENABLE_COLO ->
          add(
              here(
                      Reason.COLO_WITHOUT_CAPABILITY,
                      Facts.NONE,
                      at,
                      release().isFrom(8, 1)
                          ? "command enable-colo: needs the capability x-colo"
                          : "command enable-colo: the loader would wait for another side")
                  .as(Severity.ERROR));
      default -> {}
    }
  }

  private void refused(CommandType type, String text, Reason reason, Facts facts) {
    add(here(reason, facts, at, "command " + type.label() + ": " + text));
  }

  private void packaged(ByteBuffer payload, long end) {
    long length = Integer.toUnsignedLong(payload.getInt());
    long rest = source() == null || source().length() < 0 ? length : source().length() - end;
    if (length > rest) {
      refused(
          CommandType.PACKAGED,
          "expected " + length + " bytes after it, found " + rest,
          Reason.PACKAGE_CUT,
          Facts.found(rest, length));
    } else {
      unanswered(CommandType.PACKAGED);
    }
  }

  private void unanswered(CommandType type) {
    add(
        here(Rule.COMMAND, at, "command " + type.label() + ": a file has no source to ask")
            .as(Severity.WARNING));
  }

  private void advise(int length) {
    if (length != 0 && length != ADVISE_WITH_SIZES) {
      refused(
          CommandType.POSTCOPY_ADVISE,
          "expected 0 or 16 bytes, found " + length,
          Reason.POSTCOPY_ADVISE_LENGTH,
          Facts.found(length));
    } else if (postcopy != NONE) {
      misplaced(CommandType.POSTCOPY_ADVISE);
    }
    postcopy = ADVISED;
  }

  private void moves(CommandType type, int from, int to, int next) {
    if (postcopy >= from && postcopy <= to) {
      unanswered(type);
    } else {
      misplaced(type);
    }
    postcopy = next;
  }

  private void misplaced(CommandType type) {
    refused(
        type,
        "out of the order advise, discard, listen, run",
        Reason.POSTCOPY_ORDER,
        Facts.named(type.name(), postcopy));
  }

  /** QEMU takes the byte after the command, which is the end mark or not, for the name's length. */
  private void nameless(Event next) {
    nameless = false;
    refused(
        CommandType.RECV_BITMAP,
        "expected the name of a block, found 0 bytes",
        next instanceof Event.EndOfStream ? Reason.BITMAP_NAME_EMPTY : Reason.BITMAP_NAME_LENGTH,
        Facts.found(0));
  }

  private void bitmap(byte[] payload) {
    if (payload.length == 0) {
      nameless = true;
      return;
    }
    int length = payload[0] & 0xff;
    if (length == 0 || length + 1 != payload.length) {
      refused(
          CommandType.RECV_BITMAP,
          "expected the name of a block, found " + payload.length + " bytes",
          length == 0 ? Reason.BITMAP_NAME_EMPTY : Reason.BITMAP_NAME_LENGTH,
          Facts.found(payload.length));
      return;
    }
    String name = new String(payload, 1, length, StandardCharsets.ISO_8859_1);
    if (!blocks.isEmpty() && !blocks.contains(name)) {
      refused(
          CommandType.RECV_BITMAP,
          "expected the name of a block, found " + name,
          Reason.BITMAP_OF_UNKNOWN_BLOCK,
          Facts.named(name));
    } else {
      unanswered(CommandType.RECV_BITMAP);
    }
  }
}
