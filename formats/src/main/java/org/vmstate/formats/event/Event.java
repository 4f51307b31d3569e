package org.vmstate.formats.event;

import java.util.List;
import java.util.Optional;
import org.vmstate.formats.ByteRange;
import org.vmstate.formats.libvirt.Compression;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.formats.rule.Problem;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.formats.vmdesc.StateNode;
import org.vmstate.formats.vmdesc.VmDescription;

/**
 * One thing that a pass finds, with its place in the file. The ranges of one pass ascend without
 * holes; those of {@link MappedPages}, {@link Described} and {@link Notice} lie in others. Inside a
 * compressed stream, offsets count decompressed bytes.
 */
public sealed interface Event {

  /** Returns where it stands; an empty range for what is not there. */
  ByteRange range();

  /** Reports whether its range is one of those that cover the file without holes. */
  default boolean covers() {
    return true;
  }

  /** An event whose bytes can be asked for: {@code content().copy(range().start(), buffer)}. */
  sealed interface Bytes extends Event {
    /** Returns to what the range refers. */
    SourceBytes content();
  }

  /**
   * The libvirt header, 92 bytes, and the strings that follow it.
   *
   * @param words the 19 words after the magic as they stand, each unsigned 32 bits
   * @param xml domain XML without its terminator
   * @param cookie cookie XML without its terminator, empty when there is none
   */
  record SaveImageHeader(
      ByteRange range, SaveHeader saveHeader, List<Long> words, String xml, String cookie)
      implements Event {}

  /** Where the domain XML stands with its terminator. */
  record DomainXml(ByteRange range, SourceBytes content) implements Bytes {}

  /** Where the cookie XML stands with its terminator. */
  record Cookie(ByteRange range, SourceBytes content) implements Bytes {}

  /** Bytes between the cookie and the stream. */
  record Padding(ByteRange range, SourceBytes content) implements Bytes {}

  /**
   * A compressed stream as the outer file sees it; what follows are the events of the stream, whose
   * offsets start at 0.
   *
   * @param range empty in a pipe, whose length nobody knows
   */
  record CompressedStream(ByteRange range, SourceBytes content, Compression compression)
      implements Bytes {
    @Override
    public boolean covers() {
      return range.length() > 0;
    }
  }

  /**
   * Magic and version.
   *
   * @param content all of the stream
   */
  record StreamHeader(ByteRange range, SourceBytes content, long version) implements Bytes {}

  /**
   * The configuration record, sent also for a stream that has none.
   *
   * @param range all of it, empty when there is none
   * @param parts its subsections
   */
  record Configuration(
      ByteRange range, StreamConfiguration configuration, List<SubsectionPart> parts)
      implements Event {

    @Override
    public boolean covers() {
      return range.length() > 0;
    }

    /** Returns where the record stands up to the machine name. */
    public ByteRange head() {
      return parts.isEmpty()
          ? range
          : new ByteRange(range.start(), parts.getFirst().range().start());
    }

    /** Returns the subsections. */
    public List<Subsection> subsections() {
      return parts.stream().map(SubsectionPart::subsection).toList();
    }
  }

  /** A subsection of the configuration and its place. */
  record SubsectionPart(ByteRange range, Subsection subsection) {}

  /** The header of a START, PART, END or FULL record. */
  record SectionHeader(ByteRange range, int recordType, Section section) implements Event {
    /** Reports whether the record is the first of its section: only then it has the version. */
    public boolean isFirst() {
      return recordType == StreamFormat.SECTION_START || recordType == StreamFormat.SECTION_FULL;
    }
  }

  /** The end mark of a section. */
  record SectionFooter(ByteRange range, Section section) implements Event {}

  /**
   * The payload of a device section.
   *
   * @param state decoded state, empty when the section is opaque
   * @param problem why it could not be decoded though there is a description
   */
  record Device(
      ByteRange range,
      SourceBytes content,
      Section section,
      Optional<StateNode> state,
      Optional<Problem> problem)
      implements Bytes {}

  /** A part of an iterable that is not RAM and says itself where it ends. */
  record IterablePart(ByteRange range, SourceBytes content, Section section) implements Bytes {}

  /** The word that opens the RAM block list: the total, with flags in the bits below a page. */
  record RamTotal(ByteRange range, long word, long total) implements Event {}

  /** An entry of the RAM block list, without a fixed layout's header. */
  record RamBlockEntry(ByteRange range, RamBlock block) implements Event {}

  /** The header that a fixed layout puts after the entry. */
  record MappedHeader(ByteRange range, RamBlock block) implements Event {}

  /** The page bitmap of a fixed layout. */
  record PageBitmap(ByteRange range, SourceBytes content, RamBlock block) implements Bytes {}

  /** All pages of a block in a fixed layout. */
  record PageArea(ByteRange range, SourceBytes content, RamBlock block) implements Bytes {}

  /**
   * The end of the RAM block list.
   *
   * @param range empty
   * @param blocks those of its entries
   */
  record RamListEnd(ByteRange range, List<RamBlock> blocks) implements Event {
    @Override
    public boolean covers() {
      return false;
    }
  }

  /** Page records of a sequential layout; the run's offsets refer to the content, too. */
  record RamPages(ByteRange range, SourceBytes content, PageRun run) implements Bytes {
    /** Returns one page with other bytes, as a record that names its block. */
    public static RamPages of(RamBlock block, long page, byte[] bytes) {
      int head = Long.BYTES + 1 + block.name().length();
      byte[] record = new byte[head + bytes.length];
      System.arraycopy(bytes, 0, record, head, bytes.length);
      return new RamPages(
          new ByteRange(0, record.length),
          SourceBytes.of(record),
          new PageRun(block, page, 1, PageKind.DATA, 0, head, Long.BYTES + bytes.length));
    }
  }

  /**
   * Pages of a fixed layout, as its bitmap has them, in the order of the blocks. They come after
   * the list, and only to a sink that wants them.
   *
   * @param range the pages' places in the block's area
   */
  record MappedPages(ByteRange range, SourceBytes content, PageRun run) implements Bytes {
    @Override
    public boolean covers() {
      return false;
    }
  }

  /**
   * A RAM word without a page: EOS, MULTIFD_FLUSH, HOOK.
   *
   * @param word the word with its address bits, which have no meaning
   */
  record RamMarker(ByteRange range, long word) implements Event {}

  /** A COMMAND record. */
  record Command(ByteRange range, int code, byte[] payload) implements Event {}

  /** The EOF record. */
  record EndOfStream(ByteRange range) implements Event {}

  /** The vmdescription with its frame. */
  record Description(ByteRange range, SourceBytes content) implements Bytes {}

  /** Bytes after the end of the stream. */
  record Trailing(ByteRange range, SourceBytes content) implements Bytes {}

  /** Unused space: before a stream, inside a fixed layout, from the end mark of a package on. */
  record Gap(ByteRange range, SourceBytes content) implements Bytes {}

  /**
   * Bytes that could not be understood.
   *
   * @param range empty where a section ends with the file
   * @param section the section of which no end was found, as far as one is known
   * @param problem why it could not be decoded though there is a description
   */
  record Unknown(
      ByteRange range,
      SourceBytes content,
      String why,
      Optional<Section> section,
      Optional<Problem> problem)
      implements Bytes {
    @Override
    public boolean covers() {
      return range.length() > 0;
    }
  }

  /**
   * What the description says, sent as soon as that is known: from a file, before everything that
   * it describes.
   *
   * @param range its JSON
   */
  record Described(ByteRange range, VmDescription description) implements Event {
    @Override
    public boolean covers() {
      return false;
    }
  }

  /** Something odd that did not stop the pass. */
  record Notice(Problem problem) implements Event {
    @Override
    public boolean covers() {
      return false;
    }

    @Override
    public ByteRange range() {
      return new ByteRange(problem.offset(), problem.offset());
    }
  }
}
