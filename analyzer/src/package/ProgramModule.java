import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleMainClassAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ModuleDesc;
import java.lang.constant.PackageDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The program with all libraries as one module, which is linked into the runtime. A jar beside the
 * runtime would be known to the archive of classes by its time, which a copy may lose; and a module
 * is found faster.
 */
final class ProgramModule {
  static final String NAME = "org.vmstate.img";

  private static final List<String> REQUIRED = List.of("java.base", "java.xml", "jdk.unsupported");

  /** What the program asks a ServiceLoader for, which a module must say. */
  private static final List<String> SERVICES = List.of("org.vmstate.writer.xbzrle.DeltaCodec");

  /** What those who implement such a service see. */
  private static final List<String> EXPORTS = List.of("org.vmstate.writer.xbzrle");

  private final Path jar;
  private final String version;
  private final String arch;

  /** Takes the program's jar with all libraries. */
  ProgramModule(Path jar, String version, String arch) {
    this.jar = jar;
    this.version = version;
    this.arch = arch;
  }

  /** Makes the runtime, and puts the one native library that is needed beside it. */
  void link(Path scratch, Path lib) throws IOException, InterruptedException {
    Path module = scratch.resolve("module.jar");
    write(module, lib);
    Package.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
            "--module-path",
            module.toString(),
            "--add-modules",
            NAME,
            "--no-header-files",
            "--no-man-pages",
            "--output",
            lib.resolve("runtime").toString()));
    // the one other program, which keeps keys
    Files.delete(lib.resolve("runtime/bin/keytool"));
  }

  private void write(Path module, Path lib) throws IOException {
    String library = "linux/" + arch + "/libzstd-jni";
    try (JarFile in = new JarFile(jar.toFile());
        OutputStream file = Files.newOutputStream(module);
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setLevel(0);
      put(out, "module-info.class", description());
      List<ZipEntry> entries = new ArrayList<>(Collections.list(in.entries()));
      entries.sort(Comparator.comparing(ZipEntry::getName));
      for (ZipEntry entry : entries) {
        String name = entry.getName();
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (name.startsWith(library) && name.endsWith(".so")) {
          Files.write(lib.resolve("libzstd-jni.so"), bytes);
        }
        boolean isNative = name.matches(".*\\.(so|dll|dylib|jnilib)");
        if (!isNative && !entry.isDirectory() && !name.startsWith("META-INF/")) {
          put(out, name, bytes);
        }
      }
    }
  }

  private static void put(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    out.putNextEntry(new ZipEntry(name));
    out.write(bytes);
    out.closeEntry();
  }

  private byte[] description() {
    ModuleAttribute module =
        ModuleAttribute.of(
            ModuleDesc.of(NAME),
            builder -> {
              builder.moduleVersion(version);
              for (String name : REQUIRED) {
                int flags = name.equals("java.base") ? ClassFile.ACC_MANDATED : 0;
                builder.requires(ModuleDesc.of(name), flags, null);
              }
              EXPORTS.forEach(name -> builder.exports(PackageDesc.of(name), 0));
              SERVICES.forEach(name -> builder.uses(ClassDesc.of(name)));
            });
    return ClassFile.of()
        .buildModule(
            module,
            builder ->
                builder.with(
                    ModuleMainClassAttribute.of(ClassDesc.of("org.vmstate.analyzer.cli.Main"))));
  }
}
