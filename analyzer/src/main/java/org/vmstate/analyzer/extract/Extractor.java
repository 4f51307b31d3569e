package org.vmstate.analyzer.extract;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.vmstate.analyzer.core.Kdump;
import org.vmstate.analyzer.memory.AbsentPages;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.analyzer.paging.AddressSpace;
import org.vmstate.analyzer.physical.MapBuilder;
import org.vmstate.analyzer.physical.PhysicalMap;
import org.vmstate.analyzer.physical.PhysicalMap.Certainty;
import org.vmstate.analyzer.physical.PhysicalRange;
import org.vmstate.formats.ram.RamBlock;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.Outcome;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.ParseOptions.Extent;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.parser.memory.RamContents;
import org.vmstate.writer.compress.PageCompression;
import org.vmstate.writer.io.FileSink;
import org.vmstate.writer.ram.PlacedPages;

/**
 * Writes the memory of an image. The first pass finds where memory lies, for which it need not read
 * the pages of a file as a rule; the second moves each page from where it stands to where it
 * belongs. Nothing is decompressed into a file between them.
 */
public final class Extractor {

  /** What cannot express that a page was never sent. */
  private static final String FILE = "plain memory";

  static final String NO_REGISTERS =
      "no registers: the state of the CPUs is not described, or of a kind unknown";

  private final ParseOptions options;
  private final Path mapFile;
  private final int threads;
  private final Progress progress;
  private final Consumer<String> notes;
  private Consumer<String> losses;
  private boolean direct;
  private PhysicalFacts facts;
  private PhysicalMap map;
  private Outcome outcome;

  /**
   * Extracts with options.
   *
   * @param mapFile a physical map that replaces the one found out, or null
   */
  public Extractor(
      ParseOptions options, Path mapFile, int threads, Progress progress, Consumer<String> notes) {
    this.options = options;
    this.mapFile = mapFile;
    this.threads = threads;
    this.progress = progress;
    this.notes = notes;
  }

  /** Lets memory be lost that the image does not have, and tells of it; returns this. */
  public Extractor losing(Consumer<String> told) {
    losses = told;
    return this;
  }

  /** Reads memory past the page cache where that is asked for; returns this. */
  public Extractor direct(boolean isAsked) {
    direct = isAsked;
    return this;
  }

  private void learn(ByteSource source, boolean wantsNote) throws IOException {
    facts = new PhysicalFacts(wantsNote, notes);
    find(source, wantsNote ? options : options.with(Extent.DEVICES));
    if (facts.wantsMemory() && !wantsNote) {
      // the first time made the notes
      facts = new PhysicalFacts(false, note -> {});
      source.seek(source.origin());
      find(source, options);
    }
    announce();
  }

  /** Says what of the memory is where it is by some guess or nowhere. */
  private void announce() throws IOException {
    if (map.ranges().isEmpty()) {
      throw new ConversionException(
          "the image has no memory that could be placed: "
              + String.join("; ", map.basis())
              + "; --memory-map places it");
    }
    if (!map.leftOut().isEmpty()) {
      notes.accept(
          "not in the physical memory, as nothing says where they are: "
              + String.join(", ", map.leftOut()));
    }
    if (map.certainty().compareTo(Certainty.KNOWN) > 0) {
      notes.accept(
          "physical memory is "
              + map.certainty().label()
              + ": "
              + String.join("; ", map.basis())
              + " (--memory-map replaces it)");
    }
  }

  private void find(ByteSource source, ParseOptions how) throws IOException {
    outcome = ImageReader.read(source, how, facts);
    place();
  }

  private void place() throws IOException {
    facts.requireMemory();
    map = mapFile == null ? MapBuilder.of(facts) : MapFile.read(mapFile, facts.blocks());
  }

  /** Writes all physical memory in a layout. */
  public Outcome memory(MemoryLayout layout, ByteSource source, Path input, Destination target)
      throws IOException {
    return switch (layout) {
      case MemoryLayout.Placed placed -> placed(placed, source, input, target);
      case MemoryLayout.KdumpMemory dump -> kdump(source, dump.compression(), target);
    };
  }

  /** Makes the flat memory: what lies at an address lies at that offset of the file. */
  public Outcome raw(ByteSource source, Path input, Destination target) throws IOException {
    return placed(new RawMemory(), source, input, target);
  }

  /** Makes an ELF core. */
  public Outcome elf(ByteSource source, Path input, Destination target) throws IOException {
    return placed(new ElfMemory(), source, input, target);
  }

  private Outcome placed(
      MemoryLayout.Placed layout, ByteSource source, Path input, Destination target)
      throws IOException {
    try (ByteSource image = again(source)) {
      learn(image, layout.hasRegisters());
      return write(image, input, target, layout.plan(map, facts, notes));
    }
  }

  /**
   * Makes a compressed kdump, for which the pages are needed in order of address. Firmware is left
   * out: makedumpfile fails at a page that the guest's kernel has no entry for.
   */
  public Outcome kdump(ByteSource source, PageCompression compression, Destination target)
      throws IOException {
    if (!target.isFile()) {
      throw ConversionException.needsFile("kdump", "what stands in front is known last");
    }
    facts = new PhysicalFacts(true, notes);
    try (ByteSource image = again(source);
        BlockReader reader = BlockReader.read(image, options, new AbsentPages(losses), facts)) {
      place();
      announce();
      List<PhysicalRange> ranges = map.memory();
      Kdump dump = new Kdump(ranges, facts.cpus(), facts.note(ranges));
      dump.omitted().forEach(notes);
      if (!dump.is64()) {
        throw ConversionException.named(
            "-O kdump: the guest has 32-bit words; -O elf has them too");
      }
      if (!dump.hasRegisters()) {
        notes.accept(NO_REGISTERS);
      }
      for (PhysicalRange range : ranges) {
        reader.require(range.block(), range.offset(), range.length(), FILE);
      }
      try (KdumpPages pages =
          new KdumpPages(dump, compression, (FileSink) target.sink(), threads)) {
        pages.begin();
        long length = ranges.stream().mapToLong(PhysicalRange::length).sum();
        long done = 0;
        for (PhysicalRange range : ranges) {
          pages.moveTo(range.start());
          reader.copy(range.block(), range.offset(), range.length(), pages);
          done += range.length();
          progress.at(done, length);
        }
        pages.finish();
        return Outcome.WHOLE;
      }
    }
  }

  /** Writes memory by physical addresses to a stream. */
  public Outcome physical(ByteSource source, long from, long length, OutputStream out)
      throws IOException {
    try (ByteSource image = again(source)) {
      learn(image, false);
      image.seek(image.origin());
      try (BlockReader reader = BlockReader.read(image, options, new AbsentPages(losses))) {
        new AddressReader(reader, map).physical(from, length, Channels.newChannel(out));
        return Outcome.WHOLE;
      }
    }
  }

  /** Writes memory to a stream by the addresses that a CPU has for it. */
  public Outcome virtual(ByteSource source, int cpu, long from, long length, OutputStream out)
      throws IOException {
    return seen(source, cpu, (reader, space) -> reader.virtual(space, from, length, out));
  }

  /** Returns the physical address of each virtual one of a CPU, nothing where none is mapped. */
  public List<OptionalLong> translate(ByteSource source, int cpu, List<Long> addresses)
      throws IOException {
    List<OptionalLong> found = new ArrayList<>();
    seen(
        source,
        cpu,
        (reader, space) -> {
          for (long address : addresses) {
            found.add(reader.translate(space, address));
          }
        });
    return found;
  }

  /** What is done with memory as a CPU sees it. */
  private interface Sight {
    void through(AddressReader reader, AddressSpace space) throws IOException;
  }

  private Outcome seen(ByteSource source, int cpu, Sight sight) throws IOException {
    try (ByteSource image = again(source)) {
      learn(image, false);
      if (cpu < 0 || cpu >= facts.cpus().size()) {
        throw new ConversionException(
            "--cpu "
                + cpu
                + ": the image has the state of "
                + facts.cpus().size()
                + " CPUs, from 0 on");
      }
      AddressSpace space =
          AddressSpace.of(facts.cpus().get(cpu))
              .orElseThrow(
                  () ->
                      new ConversionException("--virtual: page tables of this CPU are not known"));
      image.seek(image.origin());
      try (BlockReader reader = BlockReader.read(image, options, new AbsentPages(losses))) {
        sight.through(new AddressReader(reader, map), space);
        return Outcome.WHOLE;
      }
    }
  }

  /** Returns an image that can be read twice; a pipe is spooled. */
  private static ByteSource again(ByteSource source) throws IOException {
    return source.isSeekable() ? source : source.seekable();
  }

  private Outcome write(ByteSource image, Path input, Destination target, MemoryLayout.Plan plan)
      throws IOException {
    image.seek(image.origin());
    if (!target.isFile()) {
      stream(image, target, plan);
      return outcome;
    }
    RamContents.requirePossible(facts.blocks());
    FileSink sink = (FileSink) target.sink();
    if (plan.end() > 0) {
      sink.reach(plan.end() - 1);
    }
    for (MemoryLayout.Header header : plan.headers()) {
      sink.writeAt(header.offset(), ByteBuffer.wrap(header.bytes()));
    }
    Places places = new Places(facts.blocks().size(), plan.ranges(), plan.offsets(), sink);
    run(image, input, places, sink.isTransferable(), plan.ranges());
    sink.skipTo(plan.end());
    return outcome;
  }

  private boolean isFixed() {
    return facts.blocks().stream().anyMatch(block -> block.mapped().isPresent());
  }

  private void run(
      ByteSource image,
      Path input,
      PlacedPages.Placement places,
      boolean transfers,
      List<PhysicalRange> ranges)
      throws IOException {
    Path file = facts.isCompressed() ? null : input;
    try (ExtractPass pass =
        new ExtractPass(
            file,
            threads,
            progress,
            // the first pass made the notes
            note -> {},
            new AbsentPages(losses),
            blocks -> new PlacedPages(transfers, places))) {
      // after the block list of a fixed layout there are no more pages
      ImageReader.read(image, isFixed() ? options.ofHead() : options, pass.direct(direct));
      pass.finish();
      if (ranges == null) {
        for (RamBlock block : facts.blocks()) {
          pass.require(block, 0, block.usedLength(), FILE);
        }
      } else {
        for (PhysicalRange range : ranges) {
          pass.require(range.block(), range.offset(), range.length(), FILE);
        }
      }
    }
  }

  /** Writes in address order, for which each page's place is looked up. */
  private void stream(ByteSource image, Destination target, MemoryLayout.Plan plan)
      throws IOException {
    try (BlockReader reader = BlockReader.read(image, options, new AbsentPages(losses))) {
      for (PhysicalRange range : plan.ranges()) {
        reader.require(range.block(), range.offset(), range.length(), FILE);
      }
      WritableByteChannel out = Channels.newChannel(target.asStream());
      Iterator<MemoryLayout.Header> headers = plan.headers().iterator();
      MemoryLayout.Header header = headers.hasNext() ? headers.next() : null;
      long at = 0;
      for (int i = 0; i < plan.ranges().size(); i++) {
        PhysicalRange range = plan.ranges().get(i);
        long offset = plan.offsets().get(i);
        while (header != null && header.offset() < offset) {
          target.zeros(header.offset() - at);
          target.append(header.bytes());
          at = header.offset() + header.bytes().length;
          header = headers.hasNext() ? headers.next() : null;
        }
        target.zeros(offset - at);
        reader.copy(range.block(), range.offset(), range.length(), out);
        at = offset + range.length();
        progress.at(at, plan.end());
      }
      target.zeros(plan.end() - at);
    }
  }

  /** Writes some bytes of a block to a stream. */
  public Outcome pages(ByteSource source, String block, long from, long to, OutputStream out)
      throws IOException {
    try (ByteSource image = again(source);
        BlockReader reader = BlockReader.read(image, options, new AbsentPages(losses))) {
      RamBlock found = reader.block(block);
      long end = to < 0 ? found.usedLength() : to;
      if (from < 0 || from >= end || end > found.usedLength()) {
        throw new ConversionException(
            "--pages "
                + block
                + ": expected a part of 0 to "
                + found.usedLength()
                + ", found "
                + from
                + " to "
                + end);
      }
      reader.require(found, from, end - from, FILE);
      reader.copy(found, from, end - from, Channels.newChannel(out));
      return Outcome.WHOLE;
    }
  }

  /** Writes each block into a file of a folder that is made for it. */
  public Outcome blocks(ByteSource source, Path input, BlockFolder folder) throws IOException {
    try (ByteSource image = again(source)) {
      facts = new PhysicalFacts(false, notes);
      outcome = ImageReader.read(image, options.with(Extent.DEVICES), facts);
      image.seek(image.origin());
      folder.open(facts.blocks());
      run(image, input, folder, true, null);
      return outcome;
    }
  }
}
