package org.vmstate.parser.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.Limits;
import org.vmstate.formats.device.DirtyBitmapFormat;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.error.TruncatedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Subsection;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.rule.Facts;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.spec.QemuConfiguration;
import org.vmstate.formats.stream.PageSizes;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.StateDesc;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.io.SpecReader;
import org.vmstate.parser.vmdesc.StateDecoder;

/** Reads the configuration record. Source: QEMU 10.0 migration/savevm.c. */
final class ConfigurationParser {
  private static final int MAX_SUBSECTIONS = 64;
  private static final int MAX_UNKNOWN_LENGTH = 32 << 10;

  private final ByteSource source;
  private final Optional<VmDescription> description;
  private final Limits limits;
  private final EventSink sink;
  private final List<String> capabilities = new ArrayList<>();
  private final List<Event.SubsectionPart> parts = new ArrayList<>();

  /** Where the name begins: after the record's type and be32 length. */
  private static final int NAME_AT = 5;

  private final List<String> unknown = new ArrayList<>();
  private OptionalInt pageBits = OptionalInt.empty();
  private Optional<String> uuid = Optional.empty();

  ConfigurationParser(
      ByteSource source, Optional<VmDescription> description, Limits limits, EventSink sink) {
    this.source = source;
    this.limits = limits;
    this.description = description;
    this.sink = sink;
  }

  /** Reads the machine's name. QEMU reads it whole, however long, before it looks at it. */
  private QemuConfiguration head() throws IOException {
    long length = source.peek32(1);
    long rest = source.length() < 0 ? length : source.length() - source.position() - NAME_AT;
    try {
      return SpecReader.read(
          source, "configuration", Reason.MACHINE_NAME_LENGTH, QemuConfiguration::new);
    } catch (TruncatedDataException e) {
      throw new TruncatedDataException(e.problem().as(Reason.CONFIGURATION_CUT));
    } catch (MalformedDataException e) {
      if (length > rest) {
        throw new MalformedDataException(e.problem().as(Reason.MACHINE_NAME_CUT));
      }
      throw e;
    }
  }

  StreamConfiguration parse() throws IOException {
    long start = source.position();
    QemuConfiguration head = head();
    String machine = ByteSource.latin1(head.machine());
    source.path().push("configuration");
    int count = 0;
    while (source.peek() == StreamFormat.SUBSECTION) {
      if (++count > MAX_SUBSECTIONS) {
        throw source.limitExceeded(
            Reason.SUBSECTIONS_TOO_MANY,
            "configuration: more than " + MAX_SUBSECTIONS + " subsections",
            source.position());
      }
      subsection();
    }
    StreamConfiguration found =
        new StreamConfiguration(
            StreamFormat.VERSION,
            true,
            machine,
            pageBits,
            List.copyOf(capabilities),
            uuid,
            unknown);
    ByteRange range = new ByteRange(start, source.position());
    source.path().pop();
    sink.accept(new Event.Configuration(range, found, List.copyOf(parts)));
    return found;
  }

  private void subsection() throws IOException {
    long start = source.position();
    QemuConfiguration.SubsectionHeader header =
        SpecReader.read(
            source,
            "subsection",
            Reason.RECORD_TYPE_UNKNOWN,
            QemuConfiguration.SubsectionHeader::new);
    String name = ByteSource.latin1(header.name());
    source.path().push(name);
    long payload = source.position();
    source.hold(payload);
    switch (name) {
      case StreamFormat.TARGET_PAGE_BITS -> {
        long at = source.position();
        long bits =
            SpecReader.read(
                    source, "bits", Reason.PAGE_BITS_OUTSIDE, QemuConfiguration.TargetPageBits::new)
                .bits();
        if (bits < PageSizes.MIN_BITS || bits > PageSizes.MAX_BITS) {
          throw source.malformed(
              Reason.PAGE_BITS_OUTSIDE,
              "target page bits: expected "
                  + PageSizes.MIN_BITS
                  + " to "
                  + PageSizes.MAX_BITS
                  + ", found "
                  + bits,
              at);
        }
        pageBits = OptionalInt.of((int) bits);
      }
      case StreamFormat.CAPABILITIES -> {
        QemuConfiguration.CapabilityList list =
            SpecReader.read(
                source,
                "capabilities",
                // a number that is cut is less than none, too, and is told as such
                source.peek32(0) > Integer.MAX_VALUE
                    ? Reason.CAPABILITIES_NEGATIVE
                    : Reason.CAPABILITIES_TOO_MANY,
                QemuConfiguration.CapabilityList::new);
        // of two lists the last one counts
        capabilities.clear();
        for (QemuConfiguration.Capability c : list.capabilities()) {
          capabilities.add(ByteSource.latin1(c.name()));
        }
      }
      case StreamFormat.UUID -> {
        QemuConfiguration.Uuid id =
            SpecReader.read(
                source, "uuid", Reason.RECORD_TYPE_UNKNOWN, QemuConfiguration.Uuid::new);
        ByteBuffer bytes = ByteBuffer.wrap(id.uuid());
        uuid = Optional.of(new UUID(bytes.getLong(), bytes.getLong()).toString());
      }
      default -> unknown(name, start);
    }
    source.path().pop();
    ByteBuffer bytes = ByteBuffer.allocate((int) (source.position() - payload));
    source.copy(payload, bytes);
    source.release();
    parts.add(
        new Event.SubsectionPart(
            new ByteRange(start, source.position()),
            new Subsection(name, header.versionId(), bytes.array())));
  }

  /** Finds the end of a subsection that has no known layout: by the description, or by search. */
  private void unknown(String name, long start) throws IOException {
    unknown.add(name);
    sink.accept(
        new Event.Notice(
            source.problem(
                Reason.SUBSECTION_UNKNOWN,
                "configuration: subsection " + name + " is not known",
                start,
                Facts.named(name))));
    Optional<StateDesc> desc =
        description
            .flatMap(VmDescription::configuration)
            .flatMap(c -> c.subsections().stream().filter(s -> s.name().equals(name)).findFirst());
    if (desc.isPresent()) {
      // the subsection's header is read already
      StateDecoder.decode(source, desc.get(), limits);
      return;
    }
    for (int n = 0; n < MAX_UNKNOWN_LENGTH; n++) {
      if (recordFollows()) {
        return;
      }
      source.skip(1);
    }
    throw source.unsupported(
        Reason.SUBSECTION_ENDLESS, "configuration: no end of subsection " + name + " found", start);
  }

  private boolean recordFollows() throws IOException {
    return switch (source.peek()) {
      case StreamFormat.SUBSECTION -> nameFollows(1, StreamFormat.CONFIGURATION_PREFIX);
      case StreamFormat.SECTION_START ->
          nameFollows(StreamFormat.NAME_AT, RamFormat.IDSTR)
              || nameFollows(StreamFormat.NAME_AT, DirtyBitmapFormat.IDSTR);
      case StreamFormat.COMMAND -> source.peek32(1) >= 0 && source.peek32(1) >> 16 == 1;
      default -> false;
    };
  }

  private boolean nameFollows(int ahead, String expected) throws IOException {
    if (source.peek(ahead) < expected.length()) {
      return false;
    }
    for (int i = 0; i < expected.length(); i++) {
      if (source.peek(ahead + 1 + i) != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
