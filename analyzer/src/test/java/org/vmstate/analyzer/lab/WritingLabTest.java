package org.vmstate.analyzer.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.convert.ConvertOptions;
import org.vmstate.analyzer.convert.PageOptions;
import org.vmstate.analyzer.convert.SaveHeaderOptions;
import org.vmstate.analyzer.create.Creator;
import org.vmstate.analyzer.edit.SaveHeaderChange;
import org.vmstate.analyzer.edit.SaveHeaderEditor;
import org.vmstate.analyzer.output.ConversionException;
import org.vmstate.analyzer.output.Destination;
import org.vmstate.analyzer.output.Progress;
import org.vmstate.formats.FormatId;
import org.vmstate.parser.Outcome;
import org.vmstate.writer.synthetic.SyntheticLoad;
import org.vmstate.writer.synthetic.SyntheticMemory;
import org.vmstate.writer.synthetic.SyntheticRecipe;

/** What only a real loader can judge: edited save headers, deltas of ours, synthetic images. */
class WritingLabTest {
  @TempDir Path folder;

  private TickingGuest guest;

  @AfterEach
  void stop() throws Exception {
    if (guest != null) {
      guest.libvirt().destroy(TickingGuest.NAME);
    }
  }

  private static Path edited(Path image, Path target, SaveHeaderChange change) throws IOException {
    try (Destination out = Destination.file(target, true, false)) {
      SaveHeaderEditor.open(image).copy(change, out, Progress.NONE, note -> {});
      out.commit(Outcome.WHOLE, false);
    }
    return target;
  }

  private static SaveHeaderChange xml(String text) {
    return new SaveHeaderChange(Optional.of(text), Optional.empty(), Optional.empty());
  }

  private static ConvertOptions header(FormatId target, int version, boolean bigEndian) {
    return ConvertOptions.to(target)
        .with(
            new SaveHeaderOptions(
                OptionalInt.of(version),
                Optional.of(bigEndian),
                Optional.empty(),
                Optional.empty(),
                Optional.of(true)))
        .with(PageOptions.DEFAULT.workers(1));
  }

  @Test
  void editedAndRewrappedImagesAreRestored() throws Exception {
    Path lab = Lab.require();
    guest = TickingGuest.boot(lab, folder);
    Path first = folder.resolve("raw");
    guest.save(first, "raw");
    String before = SaveHeaderEditor.open(first).xml();
    // far past the 64 KiB that libvirt leaves; it keeps metadata that it does not know
    String note = "<metadata><n:n xmlns:n='urn:note'>" + "x".repeat(200_000) + "</n:n></metadata>";
    String longer = before.replace("</name>", "</name>" + note);
    for (String format : List.of("raw", "sparse", "zstd")) {
      Path image = folder.resolve(format);
      if (!format.equals("raw")) {
        guest.restorePaused(first);
        guest.save(image, format);
      }
      SaveHeaderEditor editor = SaveHeaderEditor.open(image);
      assertThrows(ConversionException.class, () -> editor.inPlace(xml(longer)));
      Path grown = edited(image, folder.resolve("grown"), xml(longer));
      assertTrue(SaveHeaderEditor.open(grown).xml().contains("urn:note"));
      guest.restoreAndTick(grown);

      String shorter = before.replace("</name>", "</name><title>changed</title>");
      editor.inPlace(xml(shorter));
      assertTrue(SaveHeaderEditor.open(image).xml().contains("<title>changed</title>"));
      guest.restoreAndTick(image);
    }
    for (boolean big : new boolean[] {false, true}) {
      for (int version : new int[] {1, 2}) {
        Path wrapped = folder.resolve("wrapped");
        List<String> notes =
            Conversions.convert(first, wrapped, header(FormatId.LIBVIRT_RAW, version, big));
        assertEquals(version == 1 ? 1 : 0, notes.size(), notes.toString());
        guest.restoreAndTick(wrapped);
      }
    }
    Path proposed = folder.resolve("proposed");
    List<String> notes =
        Conversions.convert(first, proposed, header(FormatId.LIBVIRT_SPARSE, 3, false));
    assertEquals(List.of("no released libvirt restores version 3"), notes);
    IOException refusal = assertThrows(IOException.class, () -> guest.restoreAndTick(proposed));
    assertTrue(
        refusal.getMessage().contains("image version is not supported"), refusal.getMessage());
  }

  /** The flag in the header decides when the user does not. */
  @Test
  void guestResumesOrNotAsEdited() throws Exception {
    Path lab = Lab.require();
    guest = TickingGuest.boot(lab, folder);
    Path image = folder.resolve("image");
    guest.save(image, "raw");
    for (boolean running : new boolean[] {true, false}) {
      SaveHeaderEditor.open(image)
          .inPlace(new SaveHeaderChange(Optional.empty(), Optional.of(running), Optional.empty()));
      guest.libvirt().virsh("restore", image.toString());
      String state = guest.libvirt().virsh("domstate", TickingGuest.NAME).strip();
      assertEquals(running ? "running" : "paused", state);
      guest.libvirt().destroy(TickingGuest.NAME);
    }
  }

  @Test
  void deltasOfOursAreLoaded() throws Exception {
    Path lab = Lab.require();
    guest = TickingGuest.boot(lab, folder);
    Path base = folder.resolve("base");
    guest.save(base, "zstd");
    guest.restoreAndStay(base);
    Path later = folder.resolve("later");
    guest.save(later, "sparse");
    ConvertOptions options =
        ConvertOptions.to(FormatId.QEMU).with(PageOptions.DEFAULT.from(base, false).workers(1));
    Path stream = folder.resolve("stream");
    List<String> notes = Conversions.convert(later, stream, options);
    assertTrue(notes.getFirst().matches("xbzrle: [1-9]\\d* pages changed, .*"), notes.toString());
    assertTrue(Reads.sent(Reads.dump(stream, false), "xbzrle") > 0, "no deltas");
    assertEquals(Reads.hashes(later), Reads.hashes(stream));
    guest.loadAndTick(stream, "xbzrle");
  }

  @Test
  void syntheticImagesHoldInRealQemuWhatTheirRecipeSays() throws Exception {
    Lab.require();
    int mebibytes = 16;
    SyntheticRecipe recipe =
        new SyntheticRecipe(
            11,
            "pc-i440fx-10.0",
            4096,
            List.of(new SyntheticRecipe.Block("pc.ram", (long) mebibytes << 20)),
            0.4,
            0.1,
            0.1,
            3,
            0.2,
            true,
            false,
            0);
    byte[] expected = new byte[mebibytes << 20];
    SyntheticMemory memory = new SyntheticMemory(recipe);
    byte[] page = new byte[4096];
    for (int i = 0; i < expected.length / 4096; i++) {
      if (memory.content(0, i, 3, page)) {
        System.arraycopy(page, 0, expected, i * 4096, 4096);
      }
    }
    for (FormatId format : List.of(FormatId.QEMU, FormatId.QEMU_MAPPED_RAM)) {
      Path image = folder.resolve(format.label());
      try (Destination out = Destination.file(image, false, false)) {
        Creator.create(recipe, SyntheticLoad.ANYWHERE, ConvertOptions.to(format), out, note -> {});
        out.commit(Outcome.WHOLE, false);
      }
      try (Qemu qemu =
          Qemu.start(
              folder,
              "x86_64",
              "-M",
              "pc-i440fx-10.0",
              "-m",
              "" + mebibytes,
              "-nodefaults",
              "-accel",
              "tcg",
              "-S",
              "-incoming",
              "defer")) {
        if (format == FormatId.QEMU_MAPPED_RAM) {
          qemu.enable("mapped-ram");
        }
        qemu.load("file:" + image);
        Path saved = folder.resolve("memory");
        // from 1 MiB on: below, ROMs and video memory hide the block
        qemu.call(
            "pmemsave",
            "{\"val\": 1048576, \"size\": %s, \"filename\": \"%s\"}"
                .formatted(expected.length - 1048576, saved));
        byte[] wanted = Arrays.copyOfRange(expected, 1048576, expected.length);
        assertArrayEquals(wanted, Files.readAllBytes(saved), format.label());
      }
    }
  }
}
