package org.vmstate.analyzer.build;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.reflect.AccessFlag;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which classes the JVM initializes while it initializes another: its superclass, the interfaces
 * that have default methods, and what its initializer reaches. Bodies of lambdas and overriding
 * methods are not followed.
 */
final class Initialization {
  private static final String INITIALIZER = "<clinit>";

  private final Map<String, ClassModel> classes = new HashMap<>();
  private final Map<String, Set<String>> direct = new HashMap<>();

  Initialization(List<Path> files) throws IOException {
    for (Path file : files) {
      ClassModel model = ClassFile.of().parse(file);
      classes.put(model.thisClass().asInternalName(), model);
    }
    classes.keySet().forEach(name -> direct.put(name, needed(name)));
  }

  /** Returns the classes that need each other: two threads that begin at two of them may wait. */
  Set<Set<String>> circles() {
    Map<String, Set<String>> reached = new HashMap<>();
    direct.keySet().forEach(name -> reached.put(name, reachable(name)));
    Set<Set<String>> circles = new HashSet<>();
    reached.forEach(
        (name, others) -> {
          Set<String> circle = new TreeSet<>(others);
          circle.removeIf(other -> !reached.get(other).contains(name));
          if (circle.size() > 1) {
            circles.add(circle);
          }
        });
    return circles;
  }

  private Set<String> reachable(String name) {
    Set<String> found = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(direct.get(name));
    while (!open.isEmpty()) {
      String next = open.pop();
      if (found.add(next)) {
        open.addAll(direct.get(next));
      }
    }
    return found;
  }

  private Set<String> needed(String name) {
    Set<String> found = new HashSet<>();
    ClassModel model = classes.get(name);
    model.superclass().ifPresent(parent -> found.add(parent.asInternalName()));
    if (!model.flags().has(AccessFlag.INTERFACE)) {
      addInterfaces(model, found);
    }
    follow(name, INITIALIZER, "()V", found, new HashSet<>());
    found.remove(name);
    found.retainAll(classes.keySet());
    return found;
  }

  private void addInterfaces(ClassModel model, Set<String> found) {
    for (ClassEntry entry : model.interfaces()) {
      ClassModel parent = classes.get(entry.asInternalName());
      if (parent == null) {
        continue;
      }
      if (parent.methods().stream().anyMatch(Initialization::isDefault)) {
        found.add(entry.asInternalName());
      }
      addInterfaces(parent, found);
    }
  }

  private static boolean isDefault(MethodModel method) {
    return !method.flags().has(AccessFlag.ABSTRACT) && !method.flags().has(AccessFlag.STATIC);
  }

  private void follow(
      String owner, String name, String type, Set<String> found, Set<String> followed) {
    ClassModel model = classes.get(owner);
    if (model == null || !followed.add(owner + "." + name + type)) {
      return;
    }
    for (MethodModel method : model.methods()) {
      if (method.methodName().equalsString(name) && method.methodType().equalsString(type)) {
        method.code().ifPresent(code -> code.forEach(e -> follow(e, found, followed)));
        return;
      }
    }
    if (!name.equals(INITIALIZER)) {
      model
          .superclass()
          .ifPresent(parent -> follow(parent.asInternalName(), name, type, found, followed));
    }
  }

  private void follow(CodeElement element, Set<String> found, Set<String> followed) {
    switch (element) {
      case NewObjectInstruction made -> found.add(made.className().asInternalName());
      case FieldInstruction field when isStatic(field.opcode()) ->
          found.add(field.owner().asInternalName());
      case InvokeInstruction call -> {
        String owner = call.owner().asInternalName();
        if (call.opcode() == Opcode.INVOKESTATIC) {
          found.add(owner);
        }
        follow(owner, call.name().stringValue(), call.type().stringValue(), found, followed);
      }
      default -> {}
    }
  }

  private static boolean isStatic(Opcode opcode) {
    return opcode == Opcode.GETSTATIC || opcode == Opcode.PUTSTATIC;
  }
}
