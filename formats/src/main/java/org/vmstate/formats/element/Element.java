package org.vmstate.formats.element;

import java.util.List;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.Envelope;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;

/** One thing that stands in the file. */
public sealed interface Element {

  /** Returns where it stands. Inside a packed stream, offsets count unpacked bytes. */
  ByteRange range();

  /**
   * The libvirt header, 92 bytes.
   *
   * @param words the 19 words behind the magic as they stand, each unsigned 32 bits
   */
  record EnvelopeHeader(ByteRange range, Envelope envelope, List<Long> words) implements Element {}

  /** The domain XML with its terminator. */
  record DomainXml(ByteRange range) implements Element {}

  /** The cookie XML with its terminator. */
  record Cookie(ByteRange range) implements Element {}

  /** Bytes between the cookie and the stream. */
  record Padding(ByteRange range) implements Element {}

  /** A packed stream as the outer file sees it; the stream's own elements follow. */
  record PackedStream(ByteRange range, Compression compression) implements Element {}

  /** Magic and version. */
  record StreamHeader(ByteRange range, long version) implements Element {}

  /** The configuration record up to the machine name. */
  record Configuration(ByteRange range, String machine) implements Element {}

  /** A subsection of the configuration. */
  record ConfigurationSubsection(ByteRange range, Subsection subsection) implements Element {}

  /** The header of a START, PART, END or FULL record. */
  record SectionHeader(ByteRange range, int recordType, Section section) implements Element {}

  /** The end mark of a section. */
  record SectionFooter(ByteRange range, Section section) implements Element {}

  /** The payload of a device section, or the part of an iterable that is not RAM. */
  record DevicePayload(ByteRange range, Section section) implements Element {}

  /** The word that opens the RAM block list: the total, with flags in the bits below a page. */
  record RamTotal(ByteRange range, long word, long total) implements Element {}

  /** An entry of the RAM block list, without a fixed layout's header. */
  record RamBlockEntry(ByteRange range, RamBlock block) implements Element {}

  /** The header that a fixed layout puts behind the entry. */
  record MappedHeader(ByteRange range, RamBlock block) implements Element {}

  /** The page bitmap of a fixed layout. */
  record PageBitmap(ByteRange range, RamBlock block) implements Element {}

  /** All pages of a block in a fixed layout. */
  record PageArea(ByteRange range, RamBlock block) implements Element {}

  /** Page records of a sequential layout. */
  record RamPages(ByteRange range, PageRun run) implements Element {}

  /**
   * A RAM word without a page: EOS, MULTIFD_FLUSH.
   *
   * @param word the word with its address bits, which have no meaning
   */
  record RamMarker(ByteRange range, long word) implements Element {}

  /** A COMMAND record. */
  record Command(ByteRange range, int code, byte[] payload) implements Element {}

  /** The EOF record. */
  record EndOfStream(ByteRange range) implements Element {}

  /** The vmdescription with its frame. */
  record Description(ByteRange range) implements Element {}

  /** Bytes behind the end of the stream. */
  record Trailing(ByteRange range) implements Element {}

  /** Unused space in front of or inside a fixed layout. */
  record Gap(ByteRange range) implements Element {}

  /** Bytes that could not be understood. */
  record Unknown(ByteRange range, String why) implements Element {}
}
