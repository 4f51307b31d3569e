import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Packaging step: puts the program, a Java runtime of its own, the cache from which it starts, man
 * pages, completion, documents and licences into a .tar.gz and a .deb. Two builds of one commit
 * give the same bytes.
 */
public final class Package {
  private static final String MODULES = "java.base,java.xml,jdk.unsupported";

  private static final Map<String, String> DEBIAN = Map.of("amd64", "amd64", "aarch64", "arm64");
  private static final Map<String, String> LINUX = Map.of("amd64", "x86_64", "aarch64", "aarch64");
  private static final List<String> DOCUMENTS =
      List.of("manual.md", "checks.md", "cookbook.md", "testkit.md");

  private final Path root;
  private final Path target;
  private final String version;
  private final Instant time;
  private final String arch = System.getProperty("os.arch");

  private Package(Path root, String version, Instant time) {
    this.root = root;
    this.version = version;
    this.time = time;
    target = root.resolve("analyzer/target");
  }

  /** Takes the source tree's root, the version and the time that all files get. */
  public static void main(String[] args) throws IOException, InterruptedException {
    new Package(Path.of(args[0]).toRealPath(), args[1], Instant.parse(args[2])).make();
  }

  /** Runs a program, whose failure is ours. */
  static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.PIPE)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + ": failed: " + output);
    }
  }

  private void make() throws IOException, InterruptedException {
    Path stage = target.resolve("package");
    delete(stage);
    Path lib = Files.createDirectories(stage.resolve("tree/lib"));
    run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
            "--add-modules",
            MODULES,
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--output",
            lib.resolve("runtime").toString()));
    jar(lib);
    Path bin = Files.createDirectories(stage.resolve("tree/bin"));
    Files.copy(root.resolve("analyzer/src/package/vmstate-img"), bin.resolve("vmstate-img"));
    reference(stage.resolve("tree/share"));
    documents(Files.createDirectories(stage.resolve("tree/share/doc/vmstate-img")));
    touch(stage.resolve("tree"));
    new StartCache(lib).make(stage);
    touch(stage.resolve("tree"));
    archive(stage.resolve("tree"));
    debian(stage.resolve("tree"));
  }

  /**
   * Copies the jar without the native libraries, of which the one needed goes beside it, for there
   * may be no place to unpack it to. Nothing in it is compressed: the package is.
   */
  private void jar(Path lib) throws IOException, InterruptedException {
    String library = "linux/" + arch + "/libzstd-jni";
    Path out = lib.resolve("vmstate-img.jar");
    try (JarFile in = new JarFile(target.resolve("vmstate-img.jar").toFile());
        OutputStream file = Files.newOutputStream(out);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.setMethod(ZipOutputStream.STORED);
      Manifest manifest = in.getManifest();
      manifest
          .getMainAttributes()
          .put(Attributes.Name.IMPLEMENTATION_VERSION, version + " (" + commit() + ")");
      List<ZipEntry> entries = new ArrayList<>(Collections.list(in.entries()));
      entries.sort(Comparator.comparing(ZipEntry::getName));
      java.io.ByteArrayOutputStream head = new java.io.ByteArrayOutputStream();
      manifest.write(head);
      put(zip, JarFile.MANIFEST_NAME, head.toByteArray());
      for (ZipEntry entry : entries) {
        String name = entry.getName();
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (name.startsWith(library) && name.endsWith(".so")) {
          Files.write(lib.resolve("libzstd-jni.so"), bytes);
        }
        boolean isNative = name.matches(".*\\.(so|dll|dylib|jnilib)");
        if (!isNative && !entry.isDirectory() && !name.equals(JarFile.MANIFEST_NAME)) {
          put(zip, name, bytes);
        }
      }
    }
  }

  private void put(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(bytes);
    entry.setCrc(crc.getValue());
    entry.setSize(bytes.length);
    entry.setTimeLocal(java.time.LocalDateTime.ofInstant(time, java.time.ZoneOffset.UTC));
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }

  private String commit() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("git", "-C", root.toString(), "rev-parse", "--short=12", "HEAD").start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return process.waitFor() == 0 ? "commit " + text.strip() : "commit unknown";
  }

  private void reference(Path share) throws IOException, InterruptedException {
    run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            target.resolve("vmstate-img.jar").toString(),
            "org.vmstate.analyzer.cli.ReferenceFiles",
            share.toString(),
            version,
            time.toString().substring(0, 10)));
  }

  private void documents(Path doc) throws IOException {
    for (String name : DOCUMENTS) {
      if (Files.exists(root.resolve("docs").resolve(name))) {
        Files.copy(root.resolve("docs").resolve(name), doc.resolve(name));
      }
    }
    Files.copy(root.resolve("CHANGELOG.md"), doc.resolve("changelog"));
    Files.copy(root.resolve("LICENSE"), doc.resolve("LICENSE"));
    Files.copy(root.resolve("analyzer/src/package/copyright"), doc.resolve("copyright"));
    Path sbom = target.resolve("bom.json");
    if (Files.exists(sbom)) {
      Files.copy(sbom, doc.resolve("sbom.cdx.json"));
    }
    Path licences = Files.createDirectories(doc.resolve("licences"));
    for (String path : System.getProperty("java.class.path").split(":")) {
      if (path.endsWith(".jar") && !path.contains("/org/vmstate/")) {
        licences(Path.of(path), licences);
      }
    }
  }

  private static void licences(Path file, Path folder) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(jar.entries())) {
        if (entry.getName().matches("(META-INF/)?(LICENSE|NOTICE|license)[^/]*")) {
          String own = file.getFileName().toString().replaceFirst("\\.jar$", "");
          String kind = Path.of(entry.getName()).getFileName().toString();
          try (InputStream in = jar.getInputStream(entry)) {
            Files.copy(in, folder.resolve(own + "-" + kind));
          }
        }
      }
    }
  }

  /** Gives everything the one time: the cache knows its jar by it. */
  private void touch(Path tree) throws IOException {
    try (var files = Files.walk(tree)) {
      for (Path file : files.filter(f -> !Files.isSymbolicLink(f)).toList()) {
        Files.setLastModifiedTime(file, FileTime.from(time));
      }
    }
  }

  private void archive(Path tree) throws IOException {
    String name = "vmstate-img-" + version + "-linux-" + LINUX.getOrDefault(arch, arch);
    Archive archive = new Archive(time.getEpochSecond());
    archive.tree(tree, name + "/");
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(target.resolve(name + ".tar.gz")))) {
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
        boolean packed = name.endsWith(".1") || name.endsWith("/changelog");
        byte[] bytes = Files.readAllBytes(file);
        data.file(packed ? name + ".gz" : name, packed ? Archive.gzip(bytes) : bytes, false);
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
