package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuCommand;
import org.vmstate.formats.stream.CommandType;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;

/**
 * Command records: 0x08, code and length of two bytes each, big-endian, and the payload. Source:
 * QEMU 10.0 migration/savevm.c.
 */
final class CommandReader {
  private static final int ADVISE_WITH_SIZES = 16;

  private final StreamContext stream;
  private long postcopyPageSizes;
  private long packageEnd = -1;

  CommandReader(StreamContext stream) {
    this.stream = stream;
  }

  /** The page sizes that a postcopy ADVISE summed up, or 0. */
  long postcopyPageSizes() {
    return postcopyPageSizes;
  }

  /**
   * Where the package ends whose records are read, or -1. A loader reads a package as a stream of
   * its own, up to an end mark or the command that runs the guest.
   */
  long packageEnd() {
    return packageEnd;
  }

  /** Notes that the package is over. */
  void leavePackage() {
    packageEnd = -1;
  }

  /** Reads the command at the cursor. */
  void read() throws IOException {
    ByteSource source = stream.source();
    long at = source.position();
    QemuCommand command;
    long words = source.peek32(1);
    try {
      command = SpecReader.read(source, "command", Reason.RECORD_TYPE_UNKNOWN, QemuCommand::new);
    } catch (TruncatedDataException e) {
      throw words < 0 ? e : cut(e, (int) (words >>> 16), (int) words & 0xffff);
    }
    int code = command.command();
    byte[] payload = command.payload();
    stream.accept(new Event.Command(new ByteRange(at, source.position()), code, payload));
    CommandType type = CommandType.of(code);
    if (type == CommandType.INVALID) {
      stream.notice(
          source.problem(
              Reason.COMMAND_UNKNOWN,
              "command " + code + " is not known",
              at,
              Facts.found(code, payload.length)));
    } else if (type.length() >= 0 && type.length() != payload.length) {
      stream.notice(
          source.problem(
              Reason.COMMAND_LENGTH,
              "command "
                  + type.label()
                  + ": expected "
                  + type.length()
                  + " bytes, found "
                  + payload.length,
              at,
              Facts.named(type.name(), type.length(), payload.length)));
    }
    if (type == CommandType.POSTCOPY_ADVISE && payload.length == ADVISE_WITH_SIZES) {
      postcopyPageSizes = ByteBuffer.wrap(payload).getLong();
    }
    if (type == CommandType.POSTCOPY_RUN) {
      leavePackage();
    }
    if (type == CommandType.PACKAGED && payload.length == Integer.BYTES) {
      enterPackage(Integer.toUnsignedLong(ByteBuffer.wrap(payload).getInt()), at);
    }
  }

  /** A loader looks at code and length before it reads on. */
  private static TruncatedDataException cut(TruncatedDataException e, int code, int length) {
    CommandType type = CommandType.of(code);
    Problem problem = e.problem();
    Reason reason = problem.reason();
    Facts facts = problem.facts();
    if (type == CommandType.INVALID) {
      reason = Reason.COMMAND_CUT_UNKNOWN;
      facts = Facts.found(code, length);
    } else if (type.length() >= 0 && type.length() != length) {
      reason = Reason.COMMAND_CUT_LENGTH;
      facts = Facts.named(type.name(), type.length(), length);
    }
    return new TruncatedDataException(
        Problem.of(reason, problem.words(), problem.offset(), problem.path(), facts));
  }

  private void enterPackage(long length, long at) throws IOException {
    ByteSource source = stream.source();
    if (packageEnd >= 0) {
      // the length of the inner one is taken from behind the outer one
      stream.flawed(
          source.malformed(
              Reason.PACKAGE_IN_PACKAGE, "command packaged: stands in another package", at));
    }
    packageEnd = source.position() + length;
  }
}
