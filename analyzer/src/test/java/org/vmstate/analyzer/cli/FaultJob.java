package org.vmstate.analyzer.cli;

import java.util.ArrayList;
import java.util.List;
import org.vmstate.formats.FormatId;

/**
 * A command that is run with faults.
 *
 * @param words its words; {@code @NAME} is an image of {@link FaultImages}, {@code @OUT} the output
 * @param piped image on standard input, or an empty string
 * @param given file that is in the output's folder before, or an empty string
 * @param code exit code when nothing goes wrong
 */
record FaultJob(List<String> words, String piped, String given, int code) {
  /** Reports whether the command changes a file that was there. */
  boolean changes() {
    return !given.isEmpty();
  }

  /** Returns the snapshots of the disk that is written, if it is one. */
  List<String> snapshots() {
    return words.contains("--into")
        ? List.of("vmstate", "new")
        : words.contains("qcow2") ? List.of("vmstate") : List.of();
  }

  /** Reports whether the command changes its file while it works. */
  boolean isInPlace() {
    return words.contains("--in-place");
  }

  /** Reports whether a file in the temporary folder stays until the process ends. */
  boolean usesSample() {
    return words.stream().anyMatch(word -> word.startsWith("sample:"));
  }

  private static FaultJob of(String words) {
    return new FaultJob(List.of(words.split(" ")), "", "", ExitCode.OK);
  }

  private static FaultJob piped(String image, String words) {
    return new FaultJob(List.of(words.split(" ")), image, "", ExitCode.OK);
  }

  private static FaultJob given(String image, String words) {
    return new FaultJob(List.of(words.split(" ")), "", image, ExitCode.OK);
  }

  private static FaultJob odd(String words) {
    return new FaultJob(List.of(words.split(" ")), "", "", ExitCode.ODD);
  }

  /** Returns commands of all verbs that write, and of those that answer for all of an image. */
  static List<FaultJob> all() {
    List<FaultJob> jobs = new ArrayList<>();
    for (FormatId format : FormatId.values()) {
      String xml = format.label().startsWith("libvirt") ? " -o xml=@xml" : "";
      jobs.add(of("convert -q -O " + format.label() + xml + " @sequential @OUT"));
      jobs.add(of("create -q -O " + format.label() + " --block pc.ram=600K --devices 2 @OUT"));
    }
    for (String image : List.of("mapped", "deltas", "zstd", "sparse", "disk")) {
      jobs.add(of("convert -q -O qemu @" + image + " @OUT"));
      jobs.add(of("convert -q -W 3 -O qemu-mapped-ram @" + image + " @OUT"));
    }
    jobs.add(of("convert -q -O libvirt-zstd -o xml=@xml @mapped @OUT"));
    jobs.add(of("convert -q -O qemu -o compact=yes @deltas @OUT"));
    jobs.add(of("convert -q -O qemu -o xbzrle-base=@sequential @mapped @OUT"));
    jobs.add(of("convert -q -O qcow2 @sequential @OUT"));
    jobs.add(of("convert -q -O qcow2 -o layout=qemu-mapped-ram @sequential @OUT"));
    jobs.add(of("convert -q -O qemu @mapped -"));
    jobs.add(of("convert -q -O libvirt-gzip -o xml=@xml @sequential -"));
    jobs.add(piped("sequential", "convert -q -O qemu - @OUT"));
    jobs.add(piped("sequential", "convert -q -O qemu-mapped-ram - @OUT"));
    jobs.add(piped("large", "convert -q -O qemu -o compact=yes - @OUT"));
    jobs.add(given("xml", "convert -q --force -O qemu-mapped-ram @sequential @OUT"));
    jobs.add(given("disk", "convert -q --into @OUT -o snapshot=new @sequential"));
    jobs.add(given("disk", "convert -q --into @OUT -l vmstate @sequential"));
    jobs.add(odd("convert -q --salvage -O qemu @cut @OUT"));
    jobs.add(odd("convert -q --salvage -O qemu @cut-compressed @OUT"));
    jobs.add(of("check -q --repair @OUT @trailing"));
    jobs.add(of("edit -q --paused @sparse @OUT"));
    jobs.add(of("edit -q --paused --xml @xml @zstd @OUT"));
    jobs.add(given("sparse", "edit -q --in-place --paused @OUT"));
    jobs.add(of("edit -q --machine pc-i440fx-9.0 @guest @OUT"));
    jobs.add(of("edit -q --machine pc-i440fx-9.0 @zstd @OUT"));
    jobs.add(of("extract -q -O raw @guest @OUT"));
    jobs.add(of("extract -q -O elf @guest @OUT"));
    for (String form : List.of("kdump", "kdump-zlib", "kdump-none")) {
      jobs.add(of("extract -q -O " + form + " @arm @OUT"));
    }
    jobs.add(of("extract -q -O elf @mapped-guest @OUT"));
    jobs.add(odd("extract -q -O elf --salvage @cut-guest @OUT"));
    jobs.add(of("extract -q -O elf @guest -"));
    jobs.add(of("extract -q --blocks @OUT @guest"));
    jobs.add(of("extract -q --xml @zstd @OUT"));
    jobs.add(of("extract -q --device timer @guest @OUT"));
    jobs.add(of("extract -q --pages pc.ram:0-64K @guest @OUT"));
    jobs.add(of("samples -o @OUT pc"));
    jobs.add(of("map -q --output=html @guest @OUT"));
    jobs.add(of("map -q --output=json @guest @OUT"));
    jobs.add(of("map -q --pages @deltas"));
    jobs.add(of("dump @guest"));
    jobs.add(of("dump --memory=sha256 @deltas"));
    jobs.add(piped("large", "dump --memory=sha256 -"));
    jobs.add(of("info @zstd"));
    jobs.add(of("info sample:pc-qcow2"));
    jobs.add(of("check @guest"));
    jobs.add(of("check @disk"));
    jobs.add(of("stats @deltas"));
    jobs.add(of("compare @guest @guest"));
    return jobs;
  }
}
