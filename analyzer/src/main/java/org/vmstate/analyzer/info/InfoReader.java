package org.vmstate.analyzer.info;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.vmstate.analyzer.domain.DomainFacts;
import org.vmstate.analyzer.physical.MapBuilder;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.StateFacts;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.error.UnrecognizedFormatException;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.event.EventSink;
import org.vmstate.formats.event.Front;
import org.vmstate.formats.layout.StreamLayout;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamFormat;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.vmdesc.DescriptionFinder;
import org.vmstate.parser.vmdesc.DeviceCounter;

/** Reads the head of an image, and the description at its end when the file can be sought. */
public final class InfoReader implements EventSink {
  private static final long REACH = 4 << 20;

  private final Front front = new Front();

  private final boolean whole;
  private StateFacts facts = new StateFacts();

  /** Whether the first section is a device, as where the memory is not in the stream. */
  private boolean devicesOnly;

  private boolean sectionSeen;

  /** What a pass to the end of the stream met. */
  private Optional<StateFormatException> damage = Optional.empty();

  private InfoReader(boolean whole) {
    this.whole = whole;
  }

  /**
   * Reads the facts about an image. A broken head gives what stands before the damage.
   *
   * @param whole read the stream to its end for a surer map of physical memory
   * @param diskSize is asked for the bytes on disk once the image was read
   * @throws StateFormatException when not even the first header makes sense
   */
  public static ImageInfo read(
      String name,
      ByteSource source,
      ParseOptions options,
      boolean whole,
      Supplier<OptionalLong> diskSize)
      throws IOException {
    InfoReader reader = new InfoReader(whole);
    Optional<StateFormatException> problem = Optional.empty();
    try {
      ImageReader.read(source, options.ofHead(), reader);
    } catch (UnrecognizedFormatException e) {
      throw e;
    } catch (StateFormatException e) {
      if (reader.front.header().isEmpty() && reader.front.configuration().isEmpty()) {
        throw e;
      }
      problem = Optional.of(e);
    }
    return reader.info(name, source, options, diskSize.get(), problem);
  }

  private ImageInfo info(
      String name,
      ByteSource source,
      ParseOptions options,
      OptionalLong diskSize,
      Optional<StateFormatException> early)
      throws IOException {
    boolean seekable = source.isSeekable() && front.compression().isEmpty();
    SaveHeader saveHeader = front.saveHeader().orElse(null);
    StreamConfiguration configuration = front.configuration().orElse(null);
    Optional<ByteRange> description =
        seekable && configuration != null
            ? DescriptionFinder.find(source, front.streamStart(), REACH)
            : Optional.empty();
    Optional<StateFormatException> problem = early;
    long unused = 0;
    if (early.isEmpty()
        && seekable
        && !StreamEnd.isSound(source, front.streamStart(), description)) {
      WholePass pass = WholePass.of(source, options);
      problem = pass.problem();
      description = pass.description();
      unused = pass.unused();
    }
    OptionalInt devices = countDevices(source, options, description);
    Optional<PhysicalMap> map = map(source, options);
    if (problem.isEmpty()) {
      problem = damage;
    }
    FormatId format = format(options);
    return new ImageInfo(
        name,
        format,
        saveHeader == null ? front.compression() : Optional.empty(),
        source.length() >= 0 ? OptionalLong.of(source.length()) : OptionalLong.empty(),
        diskSize,
        front.streamStart(),
        front.saveHeader(),
        front.xml().isEmpty() ? Optional.empty() : DomainFacts.parse(front.xml()),
        front.configuration(),
        front.blocks(),
        map,
        devices,
        unused,
        problem,
        new RestoreOutlook(
                saveHeader, configuration, format, problem.map(StateFormatException::getMessage))
            .headline(seekable, devices.isPresent(), devicesOnly));
  }

  /** The devices that tell where memory lies are after all pages. */
  private Optional<PhysicalMap> map(ByteSource source, ParseOptions options) throws IOException {
    if (front.blocks().isEmpty()) {
      return Optional.empty();
    }
    if (source.isSeekable() && whole) {
      PhysicalMap map = whole(source, options.with(Extent.DEVICES));
      return Optional.of(facts.wantsMemory() ? whole(source, options) : map);
    }
    return Optional.of(MapBuilder.of(facts));
  }

  private PhysicalMap whole(ByteSource source, ParseOptions options) throws IOException {
    StateFacts more = new StateFacts();
    source.seek(source.origin());
    try {
      ImageReader.read(source, options, more);
      facts = more;
    } catch (StateFormatException e) {
      // what stands before the damage has to do
      damage = Optional.of(e);
      facts = more.blocks().isEmpty() ? facts : more;
    }
    return MapBuilder.of(facts);
  }

  private static OptionalInt countDevices(
      ByteSource source, ParseOptions options, Optional<ByteRange> text) throws IOException {
    return text.isPresent() && text.get().length() <= options.limits().descriptionBytes()
        ? OptionalInt.of(DeviceCounter.count(source, text.get()))
        : OptionalInt.empty();
  }

  private FormatId format(ParseOptions options) {
    if (options.format().isPresent()) {
      return options.format().get();
    }
    if (front.saveHeader().isPresent()) {
      return FormatId.libvirt(front.saveHeader().get().compression());
    }
    return FormatId.bare(StreamLayout.announced(front::has));
  }

  @Override
  public void accept(Event event) throws IOException {
    front.accept(event);
    facts.accept(event);
    if (event instanceof Event.SectionHeader e && !sectionSeen) {
      sectionSeen = true;
      devicesOnly =
          e.recordType() == StreamFormat.SECTION_FULL
              && !e.section().name().equals(RamFormat.IDSTR);
    }
  }
}
