package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vmstate.analyzer.ScratchFolder;
import org.vmstate.testkit.ImageBytes;

/** Names in an image are anyone's text; no output may carry them to a terminal as commands. */
class HostileNamesTest extends ScratchFolder {
  private static final String NAME = "pc\u001b]0;title\u0007\n\u009b2J\u202e";

  private static final List<String> COMMANDS =
      List.of(
          "info",
          "info --memory",
          "info --output=json",
          "dump",
          "dump --output=human",
          "dump --output=human --offsets --memory=runs",
          "check -v",
          "check --output=json",
          "map --level 1",
          "map --level 2",
          "map --level 3",
          "map --pages",
          "map --output=html",
          "compare -s @OTHER@",
          "extract -O raw @OUT@",
          "extract -O elf @OUT@",
          "extract --device none @OUT@",
          "extract --pages none:0-1 @OUT@",
          "convert --force -O qemu @OUT@",
          "convert --force -O qemu-mapped-ram @OUT@",
          "convert --force --salvage -O qemu @OUT@",
          "edit --force --paused @OUT@");

  /** Strings with what terminals obey, and what turns or hides text. */
  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings()
        .withCharRange('\1', '\u00ff')
        .withChars("\u001b\u0007\u007f\u009b\u200b\u200f\u2028\u202e\u2066\ud800")
        .ofMinLength(1)
        .ofMaxLength(12);
  }

  /** Makes an image that has the name wherever an image can have one. */
  private static byte[] image(String name, boolean whole) {
    String json = escaped(name);
    ImageBytes image =
        new ImageBytes()
            .header()
            .configuration(latin(name), latin(name))
            .section(1, 1, "ram", 0, 4)
            .be64(4096L | 4)
            .name(latin(name))
            .be64(4096L)
            .eos()
            .footer(1)
            .again(3, 1)
            .eos()
            .footer(1)
            .section(4, 2, latin(name), 0, 1)
            .be32(7)
            .footer(2)
            .u8(0);
    String description =
        "{\"page_size\": 4096, \"devices\": [{\"name\": \"%s\", \"instance_id\": 0,"
            + " \"vmsd_name\": \"%s\", \"version\": 1, \"fields\": [{\"name\": \"%s\","
            + " \"type\": \"%s\", \"size\": 4}]}]}";
    image.description(description.replace("%s", json));
    byte[] stream = image.toBytes();
    byte[] kept = whole ? stream : java.util.Arrays.copyOf(stream, stream.length - 9);
    byte[] xml =
        ("<domain><name>"
                + xml(name)
                + "</name><os><type machine='"
                + xml(name)
                + "'/></os></domain>")
            .getBytes(StandardCharsets.UTF_8);
    return ImageBytes.libvirt(false, 2, xml.length + 1, 1, 0, 0).raw(xml).u8(0).raw(kept).toBytes();
  }

  private static String latin(String name) {
    return new String(name.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static String escaped(String name) {
    StringBuilder result = new StringBuilder();
    for (char c : name.toCharArray()) {
      result.append("\\u").append(Integer.toHexString(0x10000 + c).substring(1));
    }
    return result.toString();
  }

  private static String xml(String name) {
    return name.replace("&", "").replace("<", "").replaceAll("[\0-\u001f\ud800-\udfff']", "");
  }

  private static void requireVisible(String command, String text) {
    boolean clean =
        text.codePoints()
            // in JSON it stands as it is, as Python's json writes it
            .filter(c -> c != '\n' && !(c == 0x7f && command.matches("dump|.*json|.*html")))
            .map(Character::getType)
            .noneMatch(
                t ->
                    t == Character.CONTROL
                        || t == Character.FORMAT
                        || t == Character.LINE_SEPARATOR
                        || t == Character.PARAGRAPH_SEPARATOR);
    assertTrue(clean, () -> command + "\n" + escaped(text) + "\n" + text);
  }

  private static void requireVisible(Path image, Path other) {
    for (String command : COMMANDS) {
      List<String> words = new ArrayList<>();
      for (String word : command.split(" ")) {
        if (word.startsWith("@")) {
          words.add(image.toString());
          words.add(word.equals("@OTHER@") ? other.toString() : folder.resolve("out").toString());
        } else {
          words.add(word);
        }
      }
      if (!command.contains("@")) {
        words.add(image.toString());
      }
      CommandRun ran = CommandRun.of(words);
      requireVisible(command, ran.err());
      requireVisible(command, ran.out());
      assertTrue(ran.code() != ExitCode.INTERNAL, command + "\n" + ran.err());
    }
  }

  @Property(tries = 15)
  void namesReachNoTerminalAsCommands(
      @ForAll("names") String name, @ForAll("names") String second, @ForAll boolean whole)
      throws IOException {
    Path image = Files.write(folder.resolve("image"), image(name, whole));
    Path other = Files.write(folder.resolve("other"), image(second, true));
    requireVisible(image, other);
  }

  /** A file's name is not trusted either. */
  @Example
  void namesOfFilesReachNoTerminalAsCommands() throws IOException {
    // where names are ASCII, there is no other to be hostile
    boolean ascii =
        !Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode('\u0085');
    String name = ascii ? "x\u001b[31m\ny" : "x\u001b[31m\n\u0085y";
    Path image = Files.write(folder.resolve(name), image(NAME, false));
    requireVisible(image, image);
  }

  @Example
  void escapeSequencesInNamesAreMadeVisible() throws IOException {
    Path image = Files.write(folder.resolve("image"), ImageBytes.withRam(NAME, 1).u8(0).toBytes());
    CommandRun ran = CommandRun.of("info", image.toString());
    assertEquals(0, ran.code());
    assertTrue(ran.out().contains("pc\\x1b]0;title\\x07\\x0a"), ran.out());
  }
}
