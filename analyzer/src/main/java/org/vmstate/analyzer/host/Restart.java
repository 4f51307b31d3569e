package org.vmstate.analyzer.host;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Lets this process begin anew under another command line of the JVM, on Linux. */
public final class Restart {
  private static final Path COMMAND = Path.of("/proc/self/cmdline");
  private static final String PROGRAM = "/proc/self/exe";

  private Restart() {}

  /**
   * Begins anew with another option of the JVM: same process, same files, same arguments. What was
   * read from a pipe or written is not undone, so it must come first. Returns only where the option
   * was not given or is replaced already, or where the system cannot do it.
   */
  @SuppressWarnings("restricted")
  public static void with(String option, String instead) {
    try {
      List<String> words = new ArrayList<>();
      // one byte is one character, so that words of any encoding come back as they were
      String line = Files.readString(COMMAND, StandardCharsets.ISO_8859_1);
      for (int from = 0; from < line.length(); from = line.indexOf('\0', from) + 1) {
        words.add(line.substring(from, line.indexOf('\0', from)));
      }
      // an argument of the program that is spelled alike comes later
      int at = words.indexOf(option);
      int done = words.indexOf(instead);
      if (at < 0 || done >= 0 && done < at) {
        return;
      }
      words.set(at, instead);
      Linker linker = Linker.nativeLinker();
      MethodHandle exec =
          linker.downcallHandle(
              linker.defaultLookup().find("execv").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment arguments = arena.allocate(ValueLayout.ADDRESS, words.size() + 1L);
        for (int i = 0; i < words.size(); i++) {
          arguments.setAtIndex(
              ValueLayout.ADDRESS,
              i,
              arena.allocateFrom(words.get(i), StandardCharsets.ISO_8859_1));
        }
        int _ = (int) exec.invokeExact(arena.allocateFrom(PROGRAM), arguments);
      }
    } catch (IOException e) {
      // no such files: not Linux
    } catch (Throwable e) {
      if (e instanceof VirtualMachineError error) {
        throw error;
      }
      // a Java that may not call the system goes on as it is
    }
  }
}
