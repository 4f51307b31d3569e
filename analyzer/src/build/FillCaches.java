import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Build step: fills the JVM's ahead-of-time caches from which the launcher of the source tree
 * starts the program, one for all verbs and one for each verb that people wait for. A JVM fills one
 * cache by running {@code Training}; two do so at a time.
 */
public final class FillCaches {
  private static final int AT_ONCE = 2;

  /** It takes seconds, or a minute on a busy machine. */
  private static final int MOST_MINUTES = 5;

  private FillCaches() {}

  /** Takes the program's jar, beside which the caches go, and the verbs with one of their own. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path jar = Path.of(args[0]);
    Path folder = jar.getParent();
    List<Future<?>> fills = new ArrayList<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE)) {
      // the largest first
      fills.add(pool.submit(() -> fill(jar, "", folder.resolve("java-home").toString())));
      for (String verb : List.of(args).subList(1, args.length)) {
        fills.add(pool.submit(() -> fill(jar, "-" + verb, verb)));
      }
    }
    for (Future<?> fill : fills) {
      try {
        fill.get();
      } catch (ExecutionException e) {
        throw new IOException(e.getCause().getMessage(), e);
      }
    }
  }

  private static Void fill(Path jar, String suffix, String training)
      throws IOException, InterruptedException {
    Path cache = jar.resolveSibling("vmstate-img" + suffix + ".aot");
    File log = jar.resolveSibling("aot" + suffix + ".log").toFile();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:AOTCacheOutput=" + cache,
            "-XX:+UnlockDiagnosticVMOptions",
            // profiles for the optimizing compiler, which most runs do without
            "-XX:-AOTRecordTraining",
            "-Xmx128m",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            jar.toString(),
            "org.vmstate.analyzer.cli.Training",
            training);
    Process process =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(log)
            .start();
    if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
      // the JVM that runs the program starts another one, which writes the cache
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException(log + ": the cache of start was not made in " + MOST_MINUTES + " min");
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          log + ": the cache of start was not made, exit code " + process.exitValue());
    }
    return null;
  }
}
