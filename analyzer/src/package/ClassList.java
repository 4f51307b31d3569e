import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.ConstantPool;
import java.lang.classfile.constantpool.InvokeDynamicEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Packaging step: makes the list of classes that a run of the program left the same for each run.
 * Such a list depends on the order of threads, and on chance for which entries of a constant pool
 * were resolved: so it is sorted, and has all classes and members that a class names. Of calls that
 * are linked at run time it has those that were, for linking runs code.
 */
public final class ClassList {
  private static final String POOL = "@cp ";

  private final JarFile jar;
  private final Map<String, Set<Integer>> resolved = new HashMap<>();

  private ClassList(JarFile jar) {
    this.jar = jar;
  }

  /** Takes the list of a run, the program's jar, and where to put the result. */
  public static void main(String[] args) throws IOException {
    try (JarFile jar = new JarFile(args[1])) {
      ClassList list = new ClassList(jar);
      TreeSet<String> classes = new TreeSet<>();
      TreeSet<String> hints = new TreeSet<>();
      for (String line : Files.readAllLines(Path.of(args[0]))) {
        if (line.startsWith(POOL)) {
          String[] words = line.split(" ");
          Set<Integer> seen = list.resolved.computeIfAbsent(words[1], _ -> new TreeSet<>());
          Arrays.stream(words).skip(2).map(Integer::valueOf).forEach(seen::add);
        } else if (line.startsWith("@")) {
          hints.add(line);
        } else if (!line.startsWith("#")) {
          classes.add(line.replaceFirst(" id: \\d+$", ""));
        }
      }
      classes.stream()
          .filter(name -> !name.startsWith("["))
          .forEach(name -> list.pool(name, hints));
      Files.write(Path.of(args[2]), Stream.concat(classes.stream(), hints.stream()).toList());
    }
  }

  private void pool(String name, TreeSet<String> hints) {
    try (InputStream in = open(name)) {
      if (in == null) {
        return;
      }
      ConstantPool pool = ClassFile.of().parse(in.readAllBytes()).constantPool();
      Set<Integer> seen = resolved.getOrDefault(name, Set.of());
      StringBuilder line = new StringBuilder(POOL + name);
      for (PoolEntry entry : pool) {
        if (entry instanceof ClassEntry
            || entry instanceof MemberRefEntry
            || entry instanceof InvokeDynamicEntry && seen.contains(entry.index())) {
          line.append(' ').append(entry.index());
        }
      }
      hints.add(line.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InputStream open(String name) throws IOException {
    String file = name + ".class";
    return jar.getEntry(file) != null
        ? jar.getInputStream(jar.getEntry(file))
        : ClassLoader.getSystemResourceAsStream(file);
  }
}
