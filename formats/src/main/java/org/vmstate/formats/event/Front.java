package org.vmstate.formats.event;

import java.util.List;
import java.util.Optional;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.stream.StreamConfiguration;

/** Keeps what an image says of itself before its memory: save header, configuration, block list. */
public final class Front implements EventSink {
  private Event.SaveImageHeader header;
  private Compression compression;
  private StreamConfiguration configuration;
  private List<RamBlock> blocks = List.of();
  private long streamStart;

  /** Knows nothing yet. */
  public Front() {}

  @Override
  public void accept(Event event) {
    switch (event) {
      case Event.SaveImageHeader e -> header = e;
      case Event.CompressedStream e -> compression = e.compression();
      case Event.StreamHeader e -> streamStart = e.range().start();
      case Event.Configuration e -> configuration = e.configuration();
      case Event.RamListEnd e -> blocks = e.blocks();
      default -> {}
    }
  }

  /** Returns the libvirt header with its strings. */
  public Optional<Event.SaveImageHeader> header() {
    return Optional.ofNullable(header);
  }

  /** Returns the libvirt header. */
  public Optional<SaveHeader> saveHeader() {
    return header().map(Event.SaveImageHeader::saveHeader);
  }

  /** Returns the domain XML, empty when there is none. */
  public String xml() {
    return header == null ? "" : header.xml();
  }

  /** Returns the cookie XML, empty when there is none. */
  public String cookie() {
    return header == null ? "" : header.cookie();
  }

  /** Returns how the stream is compressed, the innermost when it is so several times. */
  public Optional<Compression> compression() {
    return Optional.ofNullable(compression);
  }

  /** Returns what the stream says of itself, once that was read. */
  public Optional<StreamConfiguration> configuration() {
    return Optional.ofNullable(configuration);
  }

  /** Reports whether the stream announces a capability. */
  public boolean has(String capability) {
    return configuration != null && configuration.has(capability);
  }

  /** Returns the RAM block list, once that was read. */
  public List<RamBlock> blocks() {
    return blocks;
  }

  /** Returns where the stream starts: in the file, or in what was decompressed. */
  public long streamStart() {
    return streamStart;
  }
}
