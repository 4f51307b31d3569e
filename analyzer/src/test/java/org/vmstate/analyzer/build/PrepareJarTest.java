package org.vmstate.analyzer.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build does to the classes of the jar leaves what they do. */
class PrepareJarTest {
  @TempDir static Path folder;

  private static Path jar;

  /** One component of each type. */
  record Mixed(
      boolean a, byte b, short c, char d, int e, long f, float g, double h, String i, Object j) {}

  /** Has nothing to compare. */
  record Empty() {}

  /** Its methods are called in another way than those of a class. */
  interface Teller {
    /** Has a switch, too. */
    static String tell(Object object) {
      return switch (object) {
        case Empty empty -> "empty";
        default -> "full";
      };
    }
  }

  /** Made in the prepared jar's world. */
  public static final class Probe {
    /** What a switch over types says of an object. */
    public static String name(Object object) {
      return switch (object) {
        case null -> "null";
        case Mixed mixed when mixed.e() > 3 -> "big";
        case Mixed mixed -> "small";
        case CharSequence text -> "text";
        case int[] numbers -> "numbers";
        default -> "other";
      };
    }

    /** What is said of objects of several types, and of records that differ in one component. */
    public static List<String> report() {
      List<String> said = new ArrayList<>();
      Object[] objects = {null, mixed(4, 0), mixed(3, 0), "", new int[0], 1L};
      for (Object object : objects) {
        said.add(name(object));
      }
      Mixed one = mixed(1, 0);
      said.add("same " + one.equals(mixed(1, 0)) + (one.hashCode() == mixed(1, 0).hashCode()));
      said.add(Teller.tell(one) + Teller.tell(new Empty()));
      said.add("empty " + new Empty().equals(new Empty()) + new Empty().equals(one));
      said.add("null " + one.equals(null) + one.equals("text"));
      for (int component = 1; component <= 10; component++) {
        said.add(component + " " + one.equals(mixed(1, component)));
      }
      said.add("nothing " + nothing().equals(nothing()) + nothing().hashCode());
      said.add("not a number " + number(Double.NaN).equals(number(Double.NaN)));
      said.add("zero " + number(0.0).equals(number(-0.0)));
      return said;
    }

    private static Mixed mixed(int e, int other) {
      return new Mixed(
          other == 1,
          (byte) (other == 2 ? 1 : 0),
          (short) (other == 3 ? 1 : 0),
          other == 4 ? 'x' : 'y',
          other == 5 ? -e : e,
          other == 6 ? 1L << 40 : 0,
          other == 7 ? 1 : 0,
          other == 8 ? 1 : 0,
          other == 9 ? "x" : "y",
          other == 10 ? null : "z");
    }

    private static Mixed nothing() {
      return new Mixed(false, (byte) 0, (short) 0, '\0', 0, 0, 0, 0, null, null);
    }

    private static Mixed number(double h) {
      return new Mixed(false, (byte) 0, (short) 0, '\0', 0, 0, (float) h, h, null, null);
    }
  }

  @BeforeAll
  static void prepare() throws Exception {
    jar = folder.resolve("some.jar");
    try (OutputStream file = Files.newOutputStream(jar);
        ZipOutputStream out = new ZipOutputStream(file)) {
      for (Class<?> fixture : List.of(Mixed.class, Empty.class, Teller.class, Probe.class)) {
        String name = fixture.getName().replace('.', '/') + ".class";
        try (InputStream bytes = fixture.getClassLoader().getResourceAsStream(name)) {
          put(out, name, bytes.readAllBytes());
        }
      }
      put(out, "text", "general".getBytes(StandardCharsets.US_ASCII));
      put(out, "META-INF/versions/11/text", "of 11".getBytes(StandardCharsets.US_ASCII));
      put(out, "META-INF/versions/9/text", "of 9".getBytes(StandardCharsets.US_ASCII));
      put(out, "META-INF/versions/999/text", "of 999".getBytes(StandardCharsets.US_ASCII));
    }
    Process build =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Path.of("src", "build", "PrepareJar.java").toString(),
                jar.toString())
            .inheritIO()
            .start();
    assertEquals(0, build.waitFor());
  }

  private static void put(ZipOutputStream out, String name, byte[] bytes) throws Exception {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }

  private static URLClassLoader loader() throws Exception {
    return new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
  }

  @Test
  void recordsAndSwitchesDoWhatTheyDid() throws Exception {
    try (URLClassLoader loader = loader()) {
      Class<?> probe = loader.loadClass(Probe.class.getName());
      assertNotEquals(Probe.class, probe);
      assertEquals(Probe.report(), probe.getMethod("report").invoke(null));
    }
  }

  @Test
  void nothingOfThemIsLeftToBeLinked() throws Exception {
    try (URLClassLoader loader = loader()) {
      Class<?> probe = loader.loadClass(Probe.class.getName());
      assertTrue(has(probe, "typeSwitch$0"));
      Class<?> mixed = loader.loadClass(Mixed.class.getName());
      assertTrue(has(mixed, "recordHash$"));
      assertTrue(has(mixed, "recordEquals$"));
      assertFalse(has(Mixed.class, "recordHash$"));
    }
  }

  private static boolean has(Class<?> type, String method) {
    for (var declared : type.getDeclaredMethods()) {
      if (declared.getName().equals(method)) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theLatestVersionThatFitsTakesThePlace() throws Exception {
    try (URLClassLoader loader = loader()) {
      try (InputStream text = loader.getResourceAsStream("text")) {
        assertEquals("of 11", new String(text.readAllBytes(), StandardCharsets.US_ASCII));
      }
      assertNull(loader.getResource("META-INF/versions/11/text"));
      assertNull(loader.getResource("META-INF/versions/999/text"));
    }
  }
}
