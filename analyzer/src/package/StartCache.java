import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The archive of classes from which the program starts, made by the runtime of the package for
 * itself, and the same each time. A cache that a run leaves behind would not be: it has what
 * threads and chance made of it. This one is made from a list of classes, see {@link ClassList}.
 * What then still differs between two archives is the clock in soft references, and check sums for
 * {@code -XX:+VerifySharedSpaces}; both become zero.
 */
final class StartCache {
  private static final int HEADER = 4096;
  private static final long LATEST = 1L << 42;

  /** The verbs with an archive of their own, as in the build of the tree. */
  private static final List<String> OWN = List.of("info", "check", "dump");

  private final Path home;

  /** Works on the runtime in the folder {@code lib} of the package. */
  StartCache(Path home) {
    this.home = home;
  }

  /**
   * Makes the archive where the runtime looks for one by itself, and the small ones of the verbs
   * that people wait for; the classes of the program are looked up in its jar. Files of its own go
   * to a scratch folder.
   */
  void make(Path jar, Path scratch) throws IOException, InterruptedException {
    for (String verb : OWN) {
      make(jar, scratch, verb, home.resolve(verb + ".jsa"));
    }
    make(
        jar,
        scratch,
        scratch.resolve("java-home").toString(),
        home.resolve("runtime/lib/server/classes.jsa"));
  }

  private void make(Path jar, Path scratch, String training, Path archive)
      throws IOException, InterruptedException {
    String raw = scratch.resolve("classes.raw").toString();
    String list = scratch.resolve("classes.list").toString();
    java(
        List.of("-Xmx512m", "-Xshare:off", "-XX:DumpLoadedClassList=" + raw),
        "/org.vmstate.analyzer.cli.Training",
        training);
    ClassList.main(new String[] {raw, jar.toString(), list});
    Path first = dump(list, scratch.resolve("first.jsa"));
    Path second = dump(list, scratch.resolve("second.jsa"));
    String differs = settle(first, second);
    if (!differs.isEmpty()) {
      if (System.getProperty("os.arch").equals("amd64")) {
        throw new IOException(differs);
      }
      System.err.println("package: " + differs + "; it works, but another build gives other bytes");
    }
    Files.move(first, archive);
  }

  private Path dump(String list, Path out) throws IOException, InterruptedException {
    java(
        List.of(
            "-Xmx128m",
            "-Xshare:dump",
            "-XX:+AOTClassLinking",
            "-XX:SharedClassListFile=" + list,
            "-XX:SharedArchiveFile=" + out),
        "");
    return out;
  }

  private void java(List<String> flags, String main, String... arguments)
      throws IOException, InterruptedException {
    List<String> common =
        List.of(
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-XX:+UseSerialGC",
            // pools of threads are made as large as the machine
            "-XX:ActiveProcessorCount=2",
            "--enable-native-access=" + ProgramModule.NAME,
            "--sun-misc-unsafe-memory-access=allow",
            "-DZstdNativePath=" + home.resolve("libzstd-jni.so"),
            "-m",
            ProgramModule.NAME + main);
    Package.run(
        Stream.of(
                List.of(home.resolve("runtime/bin/java").toString()),
                flags,
                common,
                List.of(arguments))
            .flatMap(List::stream)
            .toList());
  }

  /**
   * Makes the first archive free of the clock, which is what differs from the second. What else
   * differs is returned, and nothing done: on aarch64, emulated, names came in another order.
   */
  private static String settle(Path first, Path second) throws IOException {
    ByteBuffer a = ByteBuffer.wrap(Files.readAllBytes(first)).order(ByteOrder.nativeOrder());
    ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(second)).order(ByteOrder.nativeOrder());
    if (a.capacity() != b.capacity()) {
      return "two archives of the same classes differ in length";
    }
    for (int at = 0; at < HEADER; at += Integer.BYTES) {
      if (a.getInt(at) != b.getInt(at)) {
        a.putInt(at, 0);
      }
    }
    List<Integer> clocks = new ArrayList<>();
    for (int at = HEADER; at + Long.BYTES <= a.capacity(); at += Long.BYTES) {
      long difference = b.getLong(at) - a.getLong(at);
      if (difference != 0) {
        if (difference < 0 || a.getLong(at) < 0 || b.getLong(at) > LATEST) {
          return "two archives of the same classes differ at 0x%x".formatted(at);
        }
        clocks.add(at);
      }
    }
    if (clocks.isEmpty()) {
      return "two archives of the same classes have the same clock";
    }
    clocks.forEach(at -> a.putLong(at, 0));
    Files.write(first, a.array());
    return "";
  }
}
