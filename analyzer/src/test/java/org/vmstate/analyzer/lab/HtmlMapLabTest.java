package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.map.HtmlMap;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;
import org.vmstate.testkit.ImageBytes;
import org.vmstate.testkit.Parts;

/** The page of an image in a real browser. The pictures stay in {@code target/pictures}. */
class HtmlMapLabTest {
  private static final Path PICTURES = Path.of("target", "pictures");

  @TempDir Path folder;

  private Path page(Path image) throws Exception {
    Path page = folder.resolve(image.getFileName() + ".html");
    try (OutputStream out = Files.newOutputStream(page);
        ByteSource source = ImageReader.open(image)) {
      HtmlMap.write(
          image.getFileName().toString(),
          source,
          ParseOptions.DEFAULT,
          CheckOptions.DEFAULT,
          OptionalLong::empty,
          out);
    }
    return page;
  }

  private Path guest(Path lab) throws Exception {
    Path image = folder.resolve("guest.save");
    Path serial = folder.resolve("serial.log");
    List<String> guest = LinuxGuest.on("q35", 128, lab, 16, serial);
    try (Qemu qemu = Qemu.start(folder, "x86_64", guest)) {
      Lab.await(serial, "TICK 2 OK");
      qemu.enable("xbzrle");
      qemu.call("migrate-set-parameters", "{\"max-bandwidth\": 30000000}");
      qemu.save("file:" + image);
    }
    return image;
  }

  @Test
  void pageOfARealGuestWorksByKeyboardInLightAndDark() throws Exception {
    Path page = page(guest(Lab.require()));
    try (Chromium browser = Chromium.start(folder)) {
      browser.scheme("light");
      browser.open(page);
      System.out.println("first paint after " + browser.firstPaint() + " ms");
      byte[] light = browser.picture();
      browser.save(PICTURES.resolve("guest-light.png"));

      // the links, then the band
      for (int i = 0; i < 7; i++) {
        browser.press("Tab");
      }
      assertEquals("band", browser.evaluate("document.activeElement.id"));
      String said = browser.evaluate("document.getElementById('bandsaid').textContent");
      assertTrue(said.contains("magic and version"), said);
      browser.press("ArrowRight");
      said = browser.evaluate("document.getElementById('bandsaid').textContent");
      assertTrue(said.contains("configuration"), said);
      browser.press("+");
      String zoomed = browser.evaluate("document.getElementById('bandsaid').textContent");
      assertNotEquals(said, zoomed);
      String curves = browser.evaluate("document.querySelectorAll('#rounds svg').length");
      assertEquals("3", curves);
      browser.evaluate("document.querySelector('#blocks canvas').focus()");
      browser.press("ArrowDown");
      browser.press("Enter");
      String runs = browser.evaluate("document.querySelector('#blocks .mono').textContent");
      assertTrue(runs.contains("0x"), runs);
      browser.evaluate(
          "const v = document.getElementById('view'); v.value = 'entropy';"
              + " v.dispatchEvent(new Event('change'))");
      String cell = browser.evaluate("document.querySelector('#blocks .said').textContent");
      assertTrue(cell.contains("entropy"), cell);
      browser.evaluate("v.value = 'kind'; v.dispatchEvent(new Event('change'))");
      browser.evaluate("document.getElementById('search').focus()");
      for (char c : "apic".toCharArray()) {
        browser.press(String.valueOf(c));
      }
      String hits = browser.evaluate("document.getElementById('hits').textContent");
      assertTrue(hits.matches("\\d+ of \\d+ devices"), hits);
      browser.evaluate("document.querySelector('.device:not([hidden]) summary').focus()");
      browser.press("Enter");
      assertEquals(
          "true", browser.evaluate("document.querySelector('.device:not([hidden])').open"));

      browser.scheme("dark");
      Thread.sleep(300);
      browser.evaluate("scrollTo(0, 0)");
      assertFalse(Arrays.equals(light, browser.picture()));
      browser.save(PICTURES.resolve("guest-dark.png"));
      int corner =
          ImageIO.read(new ByteArrayInputStream(browser.picture())).getRGB(2, 2) & 0xffffff;
      assertTrue(corner < 0x404040, "background " + Integer.toHexString(corner));
      assertEquals(List.of(), browser.complaints());
    }
  }

  /** Blocks of a tebibyte are a picture of a few thousand cells. */
  @Test
  void pageOfATebibyteOpens() throws Exception {
    Lab.require();
    Path image = folder.resolve("huge");
    ImageBytes head = new ImageBytes().header().configuration("pc-q35-10.0");
    head.section(1, 1, "ram", 0, 4).be64((1L << 40) | 4).name("pc.ram").be64(1L << 40);
    head.eos().footer(1).again(2, 1).be64(8).name("pc.ram").fill(1, 4096);
    for (long i = 1; i < 300; i++) {
      head.be64(i * 3_500_000_000L & ~0xfffL | 0x28).fill((int) i, 4096);
    }
    head.eos().footer(1).again(3, 1).eos().footer(1).u8(0);
    head.description("{\"page_size\": 4096, \"devices\": []}");
    Files.write(image, head.toBytes());
    Path page = page(image);
    assertTrue(Files.size(page) < 1 << 20, "page of " + Files.size(page));
    try (Chromium browser = Chromium.start(folder)) {
      browser.scheme("light");
      browser.open(page);
      System.out.println("first paint after " + browser.firstPaint() + " ms");
      String text = browser.evaluate("document.querySelector('#blocks summary').textContent");
      assertTrue(text.contains("1.00 TiB"), text);
      // down to single pages and back
      browser.evaluate("document.querySelector('#blocks canvas').focus()");
      String whole = browser.evaluate("document.querySelector('#blocks .said').textContent");
      assertTrue(whole.contains("shown 0x0 to 0x10000000000"), whole);
      for (int i = 0; i < 7; i++) {
        browser.press("+");
      }
      String near = browser.evaluate("document.querySelector('#blocks .said').textContent");
      assertTrue(near.startsWith("0x0 to 0x1000: 1 data"), near);
      for (int i = 0; i < 7; i++) {
        browser.press("-");
      }
      String again = browser.evaluate("document.querySelector('#blocks .said').textContent");
      assertEquals(whole, again);
      browser.save(PICTURES.resolve("tebibyte.png"));
      assertEquals(List.of(), browser.complaints());
    }
  }

  /** Names from an image are text, whatever they are. */
  @Test
  void hostileNamesStayText() throws Exception {
    Lab.require();
    String evil = "</script><script>document.title='evil'</script><img src=x onerror=alert(1)>";
    byte[] device = new ImageBytes().section(4, 9, evil, 0, 1).be32(1).footer(9).toBytes();
    Path image = folder.resolve("evil");
    Files.write(image, Parts.sequential().after("device", device).toBytes());
    Path page = page(image);
    assertFalse(Files.readString(page, StandardCharsets.UTF_8).contains("</script><script>doc"));
    try (Chromium browser = Chromium.start(folder)) {
      browser.open(page);
      assertTrue(browser.evaluate("document.title").startsWith("evil - vmstate-img"));
      assertEquals("0", browser.evaluate("document.images.length"));
      assertEquals(List.of(), browser.complaints());
    }
  }
}
