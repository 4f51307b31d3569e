package org.vmstate.analyzer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vmstate.analyzer.host.Restart;

/** Which commands compute, and that they begin anew with the optimizing compiler. */
class CompilersTest {
  private static final long LARGE = 16 << 20;

  @TempDir Path folder;

  private String file(String hex, long length) throws Exception {
    Path file = folder.resolve("image" + length + hex.hashCode());
    try (RandomAccessFile image = new RandomAccessFile(file.toFile(), "rw")) {
      image.write(HexFormat.of().parseHex(hex));
      image.setLength(length);
    }
    return file.toString();
  }

  private static String libvirt(int compression) {
    String magic = HexFormat.of().formatHex("LibvirtQemudSave".getBytes(StandardCharsets.US_ASCII));
    return magic + "02000000" + "08000000" + "00000000" + "0%s000000".formatted(compression);
  }

  @Test
  void largeInputsCompressedInJavaAreWorthIt() throws Exception {
    String xz = "fd377a585a00";
    assertTrue(Compilers.isWorth(List.of("check", file(xz, LARGE))));
    assertTrue(Compilers.isWorth(List.of("dump", file("425a6839", LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file(xz, LARGE - 1))));
    assertFalse(Compilers.isWorth(List.of("check", file("1f8b08", LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file("28b52ffd", LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file("5145564d", LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file("0badf00d", LARGE))));
  }

  @Test
  void ofLibvirtImagesTheHeaderDecides() throws Exception {
    assertTrue(Compilers.isWorth(List.of("check", file(libvirt(2), LARGE))));
    assertTrue(Compilers.isWorth(List.of("check", file(libvirt(3), LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file(libvirt(1), LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file(libvirt(0), LARGE))));
    assertFalse(Compilers.isWorth(List.of("check", file(libvirt(9), LARGE))));
  }

  @Test
  void outputsThatAreCompressedInJavaAreWorthIt() throws Exception {
    String plain = file("5145564d", LARGE);
    assertTrue(Compilers.isWorth(List.of("convert", "-O", "libvirt-xz", plain, "out")));
    assertTrue(Compilers.isWorth(List.of("convert", "-O", "libvirt-bzip2", "-", "out")));
    assertTrue(Compilers.isWorth(List.of("dump", "--memory=sha256", plain)));
    assertFalse(Compilers.isWorth(List.of("convert", "-O", "libvirt-zstd", plain, "out")));
    assertFalse(Compilers.isWorth(List.of("convert", "-O", "qemu", "-", "out")));
    assertFalse(Compilers.isWorth(List.of("convert", "-O", "libvirt-xz", "none\0such", "out")));
    assertFalse(Compilers.isWorth(List.of()));
  }

  /** Prints whether the optimizing compiler was left out, and the arguments. */
  static final class Child {
    private Child() {}

    /** Begins anew first. */
    public static void main(String[] args) throws Exception {
      Restart.with("-XX:TieredStopAtLevel=1", "-XX:TieredStopAtLevel=4");
      System.out.print(ProcessHandle.current().pid());
      String[] words = Files.readString(Path.of("/proc/self/cmdline")).split("\0", -1);
      System.out.print(" " + List.of(words).indexOf("-XX:TieredStopAtLevel=1"));
      System.out.print(" " + words.length + " " + String.join(",", args));
      System.out.print(" " + new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  void theProcessBeginsAnewWithItsArgumentsAndInput() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                "a b",
                "",
                "-XX:TieredStopAtLevel=1")
            .redirectErrorStream(true);
    // of which Java tells on standard error
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process process = builder.start();
    process.outputWriter().append("input").close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    // seven words of Java's, class path and class among them, three arguments and the end
    assertEquals(process.pid() + " 9 11 a b,,-XX:TieredStopAtLevel=1 input", out);
  }
}
