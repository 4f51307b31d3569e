package org.vmstate.analyzer.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.HeapSource;
import org.vmstate.parser.io.StructurePath;
import org.vmstate.testkit.ImageBytes;

/** An image with one device, and targets to check it against. */
final class OneDevice {
  private OneDevice() {}

  static String description(String name, String fields) {
    return "{\"configuration\": {}, \"page_size\": 4096, \"devices\": [{\"name\": \""
        + name
        + "\", \"instance_id\": 0, \"vmsd_name\": \"hda-audio\", \"version\": 1, \"fields\": ["
        + fields
        + "]}]}";
  }

  static byte[] image(String name, byte[] payload, String fields) {
    return ImageBytes.withRam("r", 1)
        .section(4, 2, name, 0, 1)
        .raw(payload)
        .footer(2)
        .u8(0)
        .description(description(name, fields))
        .toBytes();
  }

  static ObjectNode facts(String qemu) throws IOException {
    return (ObjectNode)
        new ObjectMapper()
            .readTree(
                "{\"format\": \"vmstate-img target\", \"version\": 1, \"qemu\": \""
                    + qemu
                    + "\", \"arch\": \"x86_64\", \"types\": {\"d\": {\"Name\": \"d\","
                    + " \"Description\": {\"name\": \"d\", \"version_id\": 1}}}}");
  }

  /** Returns what is found whose words start so, with what the release prints. */
  static List<String> found(Path folder, String start, byte[] image, ObjectNode facts)
      throws IOException {
    Path file = Files.writeString(folder.resolve("target.json"), facts.toString());
    Target target = Target.read(file, null);
    QemuRelease release = target.release().orElseThrow();
    CheckOptions options = new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of());
    return new Checker(ParseOptions.DEFAULT, options.with(release))
        .check(new HeapSource(image, 0, new StructurePath())).findings().list().stream()
            // no page was sent, which is another matter
            .filter(f -> f.severity() == Severity.ERROR && f.text().startsWith(start))
            .map(f -> f.text() + " | " + f.loader(release))
            .toList();
  }

  /** Returns what is found of a device on the first PCI bus. */
  static List<String> found(Path folder, byte[] image, ObjectNode facts) throws IOException {
    return found(folder, "0000:", image, facts);
  }
}
