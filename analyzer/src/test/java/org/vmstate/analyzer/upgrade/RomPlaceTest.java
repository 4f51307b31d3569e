package org.vmstate.analyzer.upgrade;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.change.Change;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.output.ImageSource;
import org.vmstate.parser.ParseOptions;
import org.vmstate.testkit.ImageBytes;

/** A guest placed an option ROM of 256 KiB where one of 512 KiB cannot stand. */
class RomPlaceTest {
  private static final String NIC = "0000:00:05.0/nic";
  private static final String ROM = "0000:00:05.0/nic.rom";

  @TempDir Path folder;

  private Path image() throws IOException {
    byte[] space = new byte[256];
    space[0x32] = (byte) 0xb4;
    space[0x33] = (byte) 0xfe;
    ImageBytes image = ImageBytes.withRam(ROM, 1).again(3, 1).be64(2).name(ROM).u8(0).eos();
    return Files.write(
        folder.resolve("image"),
        image
            .footer(1)
            .section(4, 2, NIC, 0, 1)
            .raw(space)
            .footer(2)
            .u8(0)
            .description(
                "{\"configuration\": {}, \"page_size\": 4096, \"devices\": [{\"name\": \""
                    + NIC
                    + "\", \"instance_id\": 0, \"vmsd_name\": \"nic\", \"version\": 1,"
                    + " \"fields\": [{\"name\": \"config\", \"type\": \"pci config\","
                    + " \"size\": 256}]}]}")
            .toBytes());
  }

  @Test
  void itsPlaceIsTakenAwayWithTheRom() throws IOException {
    String facts =
        "{\"format\": \"vmstate-img target\", \"version\": 1, \"qemu\": \"10.0.2\", \"arch\":"
            + " \"x86_64\", \"ram_blocks\": {\"%s\": 524288}, \"pci\": {\"%s\": \"%s\"}}"
                .formatted(ROM, NIC, "00".repeat(256));
    Target target = Target.read(Files.writeString(folder.resolve("target"), facts), null);
    List<String> notes = new ArrayList<>();
    assertEquals(
        List.of(
            new Change.DropBlock(ROM),
            new Change.SetField(NIC + "#0.config.rom", Change.Operator.SET, "0")),
        new UpgradePlan(target, false, notes::add)
            .changes(ImageSource.of(image()), ParseOptions.DEFAULT));
    assertEquals(2, notes.size(), notes.toString());
  }
}
