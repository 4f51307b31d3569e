package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.kaitai.struct.ByteBufferKaitaiStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vmstate.formats.event.Event;
import org.vmstate.formats.ram.PageKind;
import org.vmstate.formats.ram.PageRun;
import org.vmstate.formats.stream.StreamFormat;
import org.vmstate.parser.oracle.QemuRamRecord;
import org.vmstate.parser.oracle.QemuStateFile;
import org.vmstate.parser.oracle.StreamRecords;
import org.vmstate.testkit.ImageArbitraries;
import org.vmstate.testkit.ImageRecipe;

/** The parser and the parsers generated from the whole-file specs find the same structure. */
class OraclePropertyTest {

  @Provide
  Arbitrary<ImageRecipe> recipes() {
    return ImageArbitraries.recipes();
  }

  @Property(tries = 200)
  void sequentialParserAgreesWithTheSpecification(@ForAll("recipes") ImageRecipe recipe)
      throws IOException {
    byte[] image = recipe.sequential();
    StreamRecords oracle =
        new QemuStateFile(new ByteBufferKaitaiStream(image), recipe.pageSize()).stream();
    Recording r = Recording.of(image);
    assertEquals(records(oracle), records(r));
    assertEquals(pages(oracle), pages(r));
    assertEquals(blocks(oracle), blocks(r));
  }

  @Property(tries = 100)
  void mappedParserAgreesWithTheSpecification(@ForAll("recipes") ImageRecipe recipe)
      throws IOException {
    byte[] image = recipe.mapped(8192);
    StreamRecords oracle =
        new QemuStateFile(new ByteBufferKaitaiStream(image), recipe.pageSize()).stream();
    Recording r = Recording.of(image);
    assertEquals(records(oracle), records(r));
    assertEquals(blocks(oracle), blocks(r));
  }

  private static List<String> records(StreamRecords oracle) {
    List<String> result = new ArrayList<>();
    for (StreamRecords.Record record : oracle.records()) {
      switch (record.recordType()) {
        case StreamFormat.SECTION_START, StreamFormat.SECTION_FULL ->
            result.add(
                record.recordType()
                    + " "
                    + record.start().sectionId()
                    + " "
                    + new String(record.start().idstr(), StandardCharsets.ISO_8859_1)
                    + " "
                    + record.start().instanceId()
                    + " "
                    + record.start().versionId());
        case StreamFormat.SECTION_PART, StreamFormat.SECTION_END ->
            result.add(record.recordType() + " " + record.ref().sectionId());
        case StreamFormat.SECTION_FOOTER -> result.add("footer " + record.ref().sectionId());
        default -> result.add("type " + record.recordType());
      }
    }
    return result;
  }

  private static List<String> records(Recording r) {
    List<String> result = new ArrayList<>();
    for (Event element : r.elements) {
      switch (element) {
        case Event.SectionHeader h -> {
          boolean again =
              h.recordType() == StreamFormat.SECTION_PART
                  || h.recordType() == StreamFormat.SECTION_END;
          result.add(
              h.recordType()
                  + " "
                  + h.section().id()
                  + (again
                      ? ""
                      : " "
                          + h.section().name()
                          + " "
                          + h.section().instance()
                          + " "
                          + h.section().version()));
        }
        case Event.SectionFooter f -> result.add("footer " + f.section().id());
        case Event.EndOfStream e -> result.add("type 0");
        default -> {}
      }
    }
    return result;
  }

  private static List<String> pages(StreamRecords oracle) {
    List<String> result = new ArrayList<>();
    for (StreamRecords.Record record : oracle.records()) {
      if (record.isRam()) {
        for (StreamRecords.RamItem item : record.ram().items()) {
          QemuRamRecord page = item.record();
          if (page.isPage()) {
            result.add(page.address() + (page.isZero() ? " zero " : " data ") + page.fill());
          }
        }
      }
    }
    return result;
  }

  private static List<String> pages(Recording r) {
    List<String> result = new ArrayList<>();
    for (PageRun run : r.runs) {
      for (long page = run.firstPage(); page < run.firstPage() + run.count(); page++) {
        boolean data = run.kind() == PageKind.DATA;
        result.add(page * run.block().pageSize() + (data ? " data null" : " zero " + run.value()));
      }
    }
    return result;
  }

  private static List<String> blocks(StreamRecords oracle) {
    List<String> result = new ArrayList<>();
    for (StreamRecords.Record record : oracle.records()) {
      if (record.isRam()) {
        for (StreamRecords.RamItem item : record.ram().items()) {
          if (item.record().isMemSize()) {
            for (StreamRecords.Block block : item.blocks()) {
              String place =
                  block.mapped() == null
                      ? ""
                      : " "
                          + block.mapped().header().bitmapOffset()
                          + " "
                          + block.mapped().header().pagesOffset();
              result.add(
                  new String(block.entry().idstr(), StandardCharsets.ISO_8859_1)
                      + " "
                      + block.entry().usedLength()
                      + place);
            }
          }
        }
      }
    }
    return result;
  }

  private static List<String> blocks(Recording r) {
    return r.blocks.stream()
        .map(
            b ->
                b.name()
                    + " "
                    + b.usedLength()
                    + b.mapped()
                        .map(m -> " " + m.bitmapOffset() + " " + m.pagesOffset())
                        .orElse(""))
        .toList();
  }
}
