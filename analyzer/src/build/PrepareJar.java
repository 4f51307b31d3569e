import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Build step: fits the classes of a jar for the JVM's ahead-of-time cache, which leaves out old
 * classes, those of a multi-release jar, and what is made at run time.
 *
 * <ul>
 *   <li>A class for a certain Java version takes the place of the general one.
 *   <li>Classes of Java 5 and older get a current class-file version and stack maps; without them
 *       they are verified slowly. picocli is such, and would cost a third of the time to start.
 *   <li>Switches over types of our own classes become tests, see {@link TypeSwitches}, and records
 *       get methods of their own, see {@link RecordMethods}.
 * </ul>
 */
public final class PrepareJar {
  private static final Pattern VERSIONED = Pattern.compile("META-INF/versions/(\\d+)/(.*)");
  private static final int FIRST_WITH_STACK_MAPS = 50;
  private static final int MAJOR_VERSION_BYTE = 7;

  private PrepareJar() {}

  /** Rewrites the jar whose path is the only argument. */
  public static void main(String[] args) throws IOException {
    Path jar = Path.of(args[0]);
    Path upgraded = Path.of(args[0] + ".tmp");
    URL[] classPath = {jar.toUri().toURL()};
    try (URLClassLoader loader = new URLClassLoader(classPath);
        ZipFile in = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(upgraded);
        ZipOutputStream out = new ZipOutputStream(file)) {
      ClassFile classFile =
          ClassFile.of(
              ClassFile.StackMapsOption.GENERATE_STACK_MAPS,
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(loader)));
      for (Map.Entry<String, ZipEntry> placed : place(Collections.list(in.entries())).entrySet()) {
        byte[] bytes = in.getInputStream(placed.getValue()).readAllBytes();
        if (placed.getKey().endsWith(".class")) {
          bytes = fit(classFile, placed.getKey(), bytes);
        }
        ZipEntry copy = new ZipEntry(placed.getKey());
        copy.setTime(placed.getValue().getTime());
        out.putNextEntry(copy);
        out.write(bytes);
        out.closeEntry();
      }
    }
    Files.move(upgraded, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Returns the name under which each entry is kept; of several, the latest that fits wins. */
  private static Map<String, ZipEntry> place(List<? extends ZipEntry> entries) {
    Map<String, ZipEntry> placed = new LinkedHashMap<>();
    Map<String, Integer> versions = new HashMap<>();
    for (ZipEntry entry : entries) {
      Matcher versioned = VERSIONED.matcher(entry.getName());
      boolean special = versioned.matches();
      String name = special ? versioned.group(2) : entry.getName();
      int version = special ? Integer.parseInt(versioned.group(1)) : 0;
      if (name.isEmpty()
          || version > Runtime.version().feature()
          || version < versions.getOrDefault(name, 0)) {
        continue;
      }
      versions.put(name, version);
      placed.put(name, entry);
    }
    placed.remove("META-INF/versions/");
    return placed;
  }

  private static byte[] fit(ClassFile classFile, String name, byte[] bytes) {
    if (name.startsWith("org/vmstate/")) {
      ClassModel model = classFile.parse(bytes);
      ClassDesc owner = model.thisClass().asSymbol();
      return classFile.transformClass(
          model,
          TypeSwitches.of(owner, model.flags().has(AccessFlag.INTERFACE))
              .andThen(RecordMethods.of(owner)));
    }
    return bytes[MAJOR_VERSION_BYTE] < FIRST_WITH_STACK_MAPS ? upgrade(classFile, bytes) : bytes;
  }

  private static byte[] upgrade(ClassFile classFile, byte[] bytes) {
    ClassModel model = classFile.parse(bytes);
    return classFile.build(
        model.thisClass().asSymbol(),
        builder -> {
          for (ClassElement element : model) {
            switch (element) {
              case ClassFileVersion old -> builder.withVersion(ClassFile.JAVA_17_VERSION, 0);
              case MethodModel method ->
                  builder.transformMethod(
                      method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
              default -> builder.with(element);
            }
          }
        });
  }
}
