package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people pass on holds no secret of the host; what is to be restored holds all. */
class SharedOutputTest {
  private static final String XML =
      "<domain><name>n</name><cookie name='c'>S3CRET</cookie><graphics passwd='S3CRET'/>"
          + "<metadata><x:a xmlns:x='u' b='S3CRET'>S3CRET</x:a></metadata><!--S3CRET--></domain>";

  @TempDir Path folder;

  private static void create(Path image, String option, String value) {
    String[] small = {"create", "-O", "libvirt-raw", "--block", "pc.ram=64K"};
    List<String> words = new ArrayList<>(List.of(small));
    words.addAll(List.of(option, value, image.toString()));
    CommandRun.ok(words);
  }

  private Path image(String name, String xml) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".xml"), xml);
    Path image = folder.resolve(name);
    create(image, "-o", "xml=" + file);
    return image;
  }

  @Test
  void secretsAreNotShown() throws IOException {
    Path image = image("first", XML);
    Path other = image("second", XML.replace("S3CRET", "S3CRET2"));
    List<List<String>> commands =
        List.of(
            List.of("info", image.toString()),
            List.of("dump", image.toString()),
            List.of("dump", "--output=human", image.toString()),
            List.of("map", "--output=html", image.toString()),
            List.of("check", "-v", image.toString()),
            List.of("compare", image.toString(), other.toString()),
            List.of("compare", "--output=json", image.toString(), other.toString()));
    for (List<String> command : commands) {
      CommandRun ran = CommandRun.of(command);
      assertFalse(ran.out().isEmpty(), command.toString());
      assertFalse((ran.out() + ran.err()).contains("S3CRET"), command + "\n" + ran.out());
    }
    assertTrue(CommandRun.of("dump", "--security-info", image.toString()).out().contains("S3CRET"));
    assertEquals(XML, CommandRun.of("extract", "--xml", image.toString()).out());
  }

  @Test
  void pageShowsNoFolder() throws IOException {
    Path image = image("first", XML);
    CommandRun ran = CommandRun.of("map", "--output=html", image.toString());
    assertTrue(ran.out().contains("\"image\":\"first\""), "name of the file");
    assertFalse(ran.out().contains(folder.toString()), "folder of the file");
  }

  @Test
  void machineOfAnyNameMakesWellFormedXml() throws IOException {
    Path image = folder.resolve("image");
    String machine = "a'<b>&\"\u0001\t\u00e9";
    create(image, "--machine", machine);
    CommandRun checked = CommandRun.of("check", image.toString());
    assertFalse(checked.out().contains("XML"), checked.out());
    assertEquals(0, CommandRun.of("edit", "--paused", "--in-place", image.toString()).code());
    String xml = CommandRun.of("extract", "--xml", image.toString()).out();
    assertTrue(xml.contains("a&apos;&lt;b&gt;&amp;&quot;?&#9;"), xml);
  }
}
