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
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Build step: gives classes of Java 5 and older in a jar a current class-file version and stack
 * maps. The JVM keeps such old classes out of its ahead-of-time cache and verifies them slowly;
 * picocli is compiled for Java 5, which would cost a third of the time to start.
 */
public final class UpgradeOldClasses {
  private static final int FIRST_WITH_STACK_MAPS = 50;
  private static final int MAJOR_VERSION_BYTE = 7;

  private UpgradeOldClasses() {}

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
      for (ZipEntry entry : Collections.list(in.entries())) {
        byte[] bytes = in.getInputStream(entry).readAllBytes();
        if (entry.getName().endsWith(".class")
            && bytes[MAJOR_VERSION_BYTE] < FIRST_WITH_STACK_MAPS) {
          bytes = upgrade(classFile, bytes);
        }
        ZipEntry copy = new ZipEntry(entry.getName());
        copy.setTime(entry.getTime());
        out.putNextEntry(copy);
        out.write(bytes);
        out.closeEntry();
      }
    }
    Files.move(upgraded, jar, StandardCopyOption.REPLACE_EXISTING);
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
