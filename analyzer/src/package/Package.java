import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;

/**
 * Packaging step: puts the program, a Java runtime of its own, the archive of classes from which it
 * starts, man pages, completion, documents and licences into a .tar.gz and a .deb. Two builds of
 * one commit give the same bytes: all files have the time of the commit, or {@code
 * SOURCE_DATE_EPOCH}.
 */
public final class Package {
  private static final Map<String, String> DEBIAN = Map.of("amd64", "amd64", "aarch64", "arm64");
  private static final Map<String, String> LINUX = Map.of("amd64", "x86_64", "aarch64", "aarch64");
  private static final List<String> DOCUMENTS =
      List.of("manual.md", "checks.md", "cookbook.md", "testkit.md");

  private final Path root;
  private final String version;
  private final Path target;
  private final String commit;
  private final Instant time;
  private final String arch = System.getProperty("os.arch");

  private Package(Path root, String version, Path target) throws IOException, InterruptedException {
    this.root = root;
    this.version = version;
    this.target = target;
    commit = git("describe", "--always", "--dirty", "--abbrev=12", "--exclude=*");
    String epoch = System.getenv("SOURCE_DATE_EPOCH");
    String seconds = epoch == null ? git("log", "-1", "--format=%ct") : epoch;
    time = Instant.ofEpochSecond(seconds.isEmpty() ? 0 : Long.parseLong(seconds));
  }

  /** Takes the source tree's root, the version, and the folder of the results. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path target = Files.createDirectories(Path.of(args[2])).toRealPath();
    new Package(Path.of(args[0]).toRealPath(), args[1], target).make();
  }

  /**
   * Runs a program, whose failure is ours. It sees nothing of the builder's environment: a Turkish
   * locale loads other classes, and Java has options there, too.
   */
  static void run(List<String> command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(Map.of("LC_ALL", "C.UTF-8", "TZ", "UTC"));
    Process process = builder.start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": failed: " + output);
    }
  }

  /** Asks git; what has no repository has no answer. */
  private String git(String... words) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("git", "-C", root.toString());
    builder.command().addAll(List.of(words));
    try {
      Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return process.waitFor() == 0 ? text.strip() : "";
    } catch (IOException e) {
      return "";
    }
  }

  private void make() throws IOException, InterruptedException {
    Path stage = target.resolve("package");
    delete(stage);
    Path lib = Files.createDirectories(stage.resolve("tree/lib"));
    String full = commit.isEmpty() ? version : version + "+" + commit;
    Path jar = root.resolve("analyzer/target/vmstate-img.jar");
    new ProgramModule(jar, full, arch).link(stage, lib);
    new StartCache(lib).make(jar, stage);
    Path bin = Files.createDirectories(stage.resolve("tree/bin"));
    Files.copy(root.resolve("analyzer/src/package/vmstate-img"), bin.resolve("vmstate-img"));
    reference(lib, stage.resolve("tree/share"));
    documents(Files.createDirectories(stage.resolve("tree/share/doc/vmstate-img")));
    archive(stage.resolve("tree"));
    debian(stage.resolve("tree"));
    Files.writeString(stage.resolve("classpath"), System.getProperty("java.class.path"));
  }

  private void reference(Path lib, Path share) throws IOException, InterruptedException {
    run(
        List.of(
            lib.resolve("runtime/bin/java").toString(),
            "-m",
            ProgramModule.NAME + "/org.vmstate.analyzer.cli.ReferenceFiles",
            share.toString(),
            version,
            time.toString().substring(0, 10)));
  }

  private void documents(Path doc) throws IOException {
    for (String name : DOCUMENTS) {
      Files.copy(root.resolve("docs").resolve(name), doc.resolve(name));
    }
    Files.copy(root.resolve("CHANGELOG.md"), doc.resolve("changelog"));
    Files.copy(root.resolve("LICENSE"), doc.resolve("LICENSE"));
    Files.copy(root.resolve("analyzer/src/package/copyright"), doc.resolve("copyright"));
    Path licences = Files.createDirectories(doc.resolve("licences"));
    Bill bill = Bill.read(root.resolve("analyzer/src/package/licences.tsv"));
    for (String path : System.getProperty("java.class.path").split(":")) {
      if (path.endsWith(".jar") && !Path.of(path).getFileName().toString().startsWith("vmstate-")) {
        bill.add(Path.of(path));
        licences(Path.of(path), licences);
      }
    }
    try (var strings = Files.list(root.resolve("analyzer/src/package/licences"))) {
      for (Path text : strings.toList()) {
        Files.copy(text, licences.resolve(text.getFileName()));
      }
    }
    bill.write(doc.resolve("sbom.cdx.json"), version, time);
  }

  private static void licences(Path file, Path folder) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().matches("(META-INF/)?[^/]*(LICENSE|NOTICE|license)[^/]*")) {
          String own = file.getFileName().toString().replaceFirst("-[\\d.]+\\.jar$", "");
          String kind = Path.of(entry.getName()).getFileName().toString();
          try (InputStream in = jar.getInputStream(entry)) {
            Files.copy(in, folder.resolve(own + "-" + kind));
          }
        }
      }
    }
  }

  private void archive(Path tree) throws IOException {
    String name = "vmstate-img-" + version + "-linux-" + LINUX.getOrDefault(arch, arch);
    Archive archive = new Archive(time.getEpochSecond());
    archive.tree(tree, name + "/");
    Path packed = target.resolve(name + ".tar.gz");
    try (OutputStream out = Archive.gzip(Files.newOutputStream(packed))) {
      archive.write(out);
    }
  }

  private void debian(Path tree) throws IOException {
    String architecture = DEBIAN.getOrDefault(arch, arch);
    Archive data = new Archive(time.getEpochSecond());
    data.tree(tree.resolve("bin"), "./usr/lib/vmstate-img/bin/");
    data.tree(tree.resolve("lib"), "./usr/lib/vmstate-img/lib/");
    data.link("./usr/bin/vmstate-img", "../lib/vmstate-img/bin/vmstate-img");
    try (var files = Files.walk(tree.resolve("share"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = "./usr/share/" + tree.resolve("share").relativize(file);
        boolean compressed = name.endsWith(".1") || name.endsWith("/changelog");
        byte[] bytes = Files.readAllBytes(file);
        data.file(
            compressed ? name + ".gz" : name, compressed ? Archive.gzip(bytes) : bytes, false);
      }
    }
    String control =
        Files.readString(root.resolve("analyzer/src/package/control"))
            .replace("@VERSION@", version)
            .replace("@ARCHITECTURE@", architecture);
    Path out = target.resolve("vmstate-img_" + version + "_" + architecture + ".deb");
    DebianPackage.write(data, control, time.getEpochSecond(), out);
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
