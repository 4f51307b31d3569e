package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.vmstate.formats.Limits;
import org.vmstate.formats.error.LimitExceededException;
import org.vmstate.formats.error.StateFormatException;
import org.vmstate.formats.rule.Reason;
import org.vmstate.formats.vmdesc.VmDescription;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.parser.vmdesc.DescriptionParser;
import org.vmstate.parser.vmdesc.StateDecoder;

/** Descriptions that ask for more than they are worth. */
class HostileDescriptionTest {
  private static VmDescription parse(String fields) throws StateFormatException {
    String text =
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"d\", \"instance_id\": 0, \"version\": 1, "
            + fields
            + "}]}";
    return DescriptionParser.parse(text.getBytes(StandardCharsets.UTF_8), 0, Limits.DEFAULT);
  }

  private static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  @Test
  void longestArraysOfOneNameDoNotOverflow() throws IOException {
    String field = "{\"name\": \"a\", \"type\": \"%s\", \"array_len\": 2147483647, \"size\": 1}";
    VmDescription description =
        parse(
            "\"fields\": ["
                + field.formatted("uint8")
                + ","
                + field.formatted("nullptr")
                + ","
                + field.formatted("uint8")
                + "]");
    assertThrows(
        StateFormatException.class,
        () ->
            StateDecoder.decode(
                new HeapSource(new byte[100], 0, new StructurePath()),
                description.find("d", 0).orElseThrow().state(),
                Limits.DEFAULT));
  }

  @Test
  void objectWithManyMembersIsLimited() {
    StringBuilder members = new StringBuilder();
    for (int i = 0; i < 1_000_000; i++) {
      members.append("\"m").append(i).append("\": 0, ");
    }
    String text = members.append("\"fields\": []").toString();
    long before = allocated();
    LimitExceededException e = assertThrows(LimitExceededException.class, () -> parse(text));
    assertEquals(Reason.DESCRIPTION_LIMIT, e.reason());
    assertTrue(e.getMessage().contains("256 members"), e.getMessage());
    // the text twice, as characters and as bytes
    assertTrue(allocated() - before < 4L * text.length(), "allocates " + (allocated() - before));
  }

  /** Each level is read as bytes, then looked into: the levels share what a device may take. */
  @Test
  void opaqueFieldsInsideEachOtherShareTheLimit() throws IOException {
    int size = 12 << 20;
    int depth = 40;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < depth; i++) {
      text.append("\"fields\": [{\"name\": \"f\", \"type\": \"vstruct\", \"size\": ")
          .append(size)
          .append(", \"vmsd_name\": \"s\", \"version\": 1, ");
    }
    text.append("\"fields\": []").append("}]".repeat(depth));
    VmDescription description = parse(text.toString());
    HeapSource source = new HeapSource(new byte[size], 0, new StructurePath());
    long before = allocated();
    StateDecoder.decode(source, description.find("d", 0).orElseThrow().state(), Limits.DEFAULT);
    long used = allocated() - before;
    // of one level, its growing buffer included
    assertTrue(used < 4L * size, "allocates " + used);
  }
}
