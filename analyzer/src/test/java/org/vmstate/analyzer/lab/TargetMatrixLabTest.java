package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vmstate.analyzer.check.CheckOptions;
import org.vmstate.analyzer.check.CheckResult;
import org.vmstate.analyzer.check.Finding;
import org.vmstate.analyzer.check.Target;
import org.vmstate.analyzer.facts.TargetException;
import org.vmstate.analyzer.host.DataMap;
import org.vmstate.analyzer.upgrade.TargetCheck;
import org.vmstate.formats.rule.QemuRelease;
import org.vmstate.formats.rule.Severity;
import org.vmstate.parser.ImageReader;
import org.vmstate.parser.ParseOptions;
import org.vmstate.parser.io.ByteSource;

/**
 * One device at a time from one release to another, on the machine type that both know: what check
 * says with the target's facts, against what the target does.
 *
 * <p>-Dmatrix=FOLDER runs all devices, which takes half an hour, and keeps images, facts and
 * outcomes there, so that the next run only checks again; -Dmatrix.stored=true checks what is
 * there.
 */
class TargetMatrixLabTest {
  private static final String FOLDER = System.getProperty("matrix");

  private static final boolean STORED = Boolean.getBoolean("matrix.stored");

  /** As libvirt gives a machine its memory. */
  private static final String BACKEND =
      "-object memory-backend-ram,id=pc.ram,size=32M -machine memory-backend=pc.ram";

  @TempDir Path scratch;

  /** A way from a release to another. */
  private record Way(Release writer, Release reader) {
    String machine() {
      return (writer.compareTo(reader) < 0 ? writer : reader).q35();
    }
  }

  private static List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (Release writer : List.of(Release.V5_2, Release.V7_2, Release.V10_0)) {
      for (Release reader : List.of(Release.V7_2, Release.V10_0, Release.V11_1)) {
        ways.add(new Way(writer, reader));
      }
    }
    ways.add(new Way(Release.V11_1, Release.V10_0));
    ways.add(new Way(Release.V11_1, Release.V7_2));
    return ways;
  }

  @Test
  void checkSaysWhatTheTargetDoes() throws Exception {
    Path lab = Lab.require();
    List<String> devices =
        FOLDER == null
            ? List.of("-device virtio-net-pci", "-device dc390", "-device isa-vga", BACKEND)
            : Files.readAllLines(Path.of(FOLDER, "devices"));
    List<Way> ways =
        FOLDER == null
            ? List.of(new Way(Release.V7_2, Release.V10_0), new Way(Release.V10_0, Release.V11_1))
            : ways();
    List<String> wrong = new ArrayList<>();
    List<String> cells = new ArrayList<>();
    for (String device : devices) {
      for (Way way : ways) {
        cell(lab, way, device, cells, wrong);
      }
    }
    if (FOLDER != null) {
      Files.write(Path.of(FOLDER, "cells"), cells);
      Files.write(Path.of(FOLDER, "wrong"), wrong);
    }
    assertEquals(List.of(), wrong);
    assertTrue(cells.stream().filter(c -> c.endsWith("loads")).count() >= 3, cells.toString());
  }

  /** A device that the target has with other properties, as its user gave them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          virtio-net-pci,vectors=10         | virtio-net-pci,vectors=4
          qemu-xhci,p2=8,p3=8               | qemu-xhci,p2=4,p3=4
          pcie-root-port,chassis=1          | pcie-root-port,chassis=1,hotplug=off
          virtio-scsi-pci,num_queues=4      | virtio-scsi-pci,num_queues=2,vectors=7
          """)
  void deviceConfiguredOtherwiseIsForetold(String written, String own) throws Exception {
    Path lab = Lab.require();
    Path image = scratch.resolve("image");
    try (Qemu qemu = Release.V10_0.start(lab, scratch, with(written))) {
      qemu.save("file:" + image);
    }
    Target target = Release.V11_1.asked(lab, scratch, with(own));
    QemuRelease release = target.release().orElseThrow();
    Loading loading = Loading.of(lab, scratch, Release.V11_1, with(own), image, false);
    List<Finding> errors = Checks.errors(Checks.check(image, target, release));
    assertFalse(loading.done(), written);
    assertTrue(
        errors.stream().anyMatch(e -> loading.said().contains(e.loader(release))),
        errors + " " + loading.said());
  }

  private static List<String> with(String device) {
    return List.of("-M", "pc-q35-10.0", "-m", "32", "-S", "-nodefaults", "-device", device);
  }

  private void cell(Path lab, Way way, String device, List<String> cells, List<String> wrong)
      throws Exception {
    Path folder = FOLDER == null ? scratch : Path.of(FOLDER);
    String name = device.replaceAll("-device |[^a-zA-Z0-9_.=-]", "_") + "-" + way.machine();
    List<String> arguments =
        new ArrayList<>(List.of("-M", way.machine(), "-m", "32", "-S", "-nodefaults"));
    arguments.addAll(Arrays.asList(device.split(" ")));
    String label = device + " " + way.writer() + ">" + way.reader();
    Path image = folder.resolve(name + "-" + way.writer() + ".img");
    Path none = folder.resolve(name + "-" + way.writer() + ".none");
    if (Files.exists(none)) {
      return;
    }
    if (!Files.exists(image)) {
      try (Qemu qemu = way.writer().start(lab, scratch, arguments.toArray(String[]::new))) {
        qemu.save(way.writer().to(image));
      } catch (IOException e) {
        Files.deleteIfExists(image);
        Files.writeString(none, String.valueOf(e.getMessage()));
        return;
      }
    }
    Path outcome = folder.resolve(name + "-" + way.writer() + "-" + way.reader() + ".outcome");
    if (STORED && !Files.exists(outcome)) {
      return;
    }
    Path facts = folder.resolve(name + "-" + way.reader() + ".json");
    if (!Files.exists(facts)) {
      facts(lab, way.reader(), arguments, facts);
    }
    if (Files.size(facts) == 0) {
      return;
    }
    if (!Files.exists(outcome)) {
      Files.writeString(outcome, loads(lab, way.reader(), arguments, image));
    }
    String said = Files.readString(outcome);
    Target target = Target.read(facts, null);
    CheckResult result;
    try (ByteSource source = ImageReader.open(image)) {
      CheckOptions options =
          new CheckOptions(DataMap.SOLID, 0, "", Optional.of(target), List.of())
              .with(target.release().orElseThrow());
      result = new TargetCheck(ParseOptions.DEFAULT, options).check(source);
    }
    boolean bad = result.findings().has(Severity.ERROR) || result.error().isPresent();
    boolean good = result.verdict() == CheckResult.Verdict.GOOD;
    cells.add(label + " " + result.verdict() + " " + (said.isEmpty() ? "loads" : "fails"));
    if (said.isEmpty() ? bad : good) {
      String found =
          result.findings().list().stream()
              .filter(f -> f.severity() != Severity.INFO)
              .map(Finding::text)
              .collect(Collectors.joining("; "));
      wrong.add(label + ": " + result.verdict() + " (" + found + ") but " + said.strip());
    }
  }

  private void facts(Path lab, Release release, List<String> arguments, Path file)
      throws IOException {
    try {
      release.facts(lab, scratch, arguments, file);
    } catch (TargetException e) {
      // the reader has no such device, so that nothing can be loaded there
      System.err.println(release + ": " + e.getMessage());
      Files.write(file, new byte[0]);
    }
  }

  /** Returns what a release says of an image, nothing when it loads it. */
  private String loads(Path lab, Release release, List<String> arguments, Path image)
      throws Exception {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("-incoming", "defer"));
    try (Qemu qemu = release.start(lab, scratch, all)) {
      qemu.load("exec:cat " + image);
      qemu.call("query-status");
      return "";
    } catch (IOException e) {
      return "fails: " + e.getMessage();
    }
  }
}
