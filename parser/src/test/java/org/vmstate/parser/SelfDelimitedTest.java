package org.vmstate.parser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.vmstate.parser.Refusals.refused;

import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.formats.error.MalformedDataException;
import org.vmstate.formats.event.Event;
import org.vmstate.testkit.ImageBytes;

/** Iterable sections other than RAM end where their grammar says, even without footers. */
class SelfDelimitedTest {
  private static final int START = ImageBytes.withRam("r", 1).size();

  private static ImageBytes section(String name, String hex) {
    return ImageBytes.withRam("r", 1)
        .section(1, 3, name, 0, 1)
        .raw(HexFormat.of().parseHex(hex.replace(" ", "")));
  }

  @ParameterizedTest
  @CsvSource({
    // node "dnode", bitmap "tmpbm", granularity 64 KiB; then another bitmap; end
    "dirty-bitmap, 1c 05 646e6f6465 05 746d70626d 00020000 00 14 03 626d30 00010000 03 01",
    "dirty-bitmap, 46 02 6161 0000000000000000 00020000 24 02 6161 01",
    "dirty-bitmap, 44 02 6161 0000000000000000 00020000 0000000000000002 abcd 01",
    "dirty-bitmap, 80 01",
    "s390-storage_attributes, 0000000000000001",
    "s390-storage_attributes, 0000000000001002 0000000000000003 aabbcc 0000000000000008"
        + " 0000000000000001",
    "spapr/htab, 00000015",
    "spapr/htab, ffffffff",
    "spapr/htab, 00000000 00000000 0000 0000",
    "spapr/htab, 00000000 00000001 0001 0005 00112233445566778899aabbccddeeff 0000000000000000",
    "block, 0000000000000002",
    "pbs-state, 0000000000000003 010203",
    "block, 0000000000000009 02 6864 0000000000003204 0000000000000002",
    "0000:00:03.0/vfio, ffffffffef100003 ffffffffef100001",
    "0000:00:03.0/vfio, ffffffffef100004 0000000000000002 abcd ffffffffef100005"
  })
  void payloadEndsWithItsGrammar(String name, String hex) throws IOException {
    ImageBytes image = section(name, hex);
    int end = image.size();
    Recording r = Recording.of(image.footer(3).u8(0).toBytes());
    assertEquals(end, r.all(Event.IterablePart.class).getFirst().range().end());
  }

  @Test
  void storageAttributesMayEndWithDone() throws IOException {
    Recording.of(section("s390-storage_attributes", "0000000000000008").footer(3).u8(0).toBytes());
  }

  @ParameterizedTest
  @CsvSource({
    "dirty-bitmap, 00, flags",
    "dirty-bitmap, 40 0000000000000000 00020000 0000000000002801, at most 10240",
    "s390-storage_attributes, 0000000000000004, flags",
    "block, 0000000000000010, block word",
    "x/vfio, 0000000000000000, vfio tag",
    "pbs-state, ffffffffffffffff, less than 2^63"
  })
  void otherBytesAreMalformed(String name, String hex, String reason) {
    int payload = START + 1 + 4 + 1 + name.length() + 8;
    int offset = reason.equals("at most 10240") ? payload + 13 : payload;
    refused(section(name, hex).toBytes(), MalformedDataException.class, offset, reason);
  }
}
