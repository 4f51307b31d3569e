import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives a record methods that hash and compare its components one after the other. Like the tests
 * of {@link TypeSwitches}, the compiler leaves them to be made at every start, each in some
 * milliseconds.
 */
final class RecordMethods {
  private static final ClassDesc BOOTSTRAPS = ClassDesc.of("java.lang.runtime.ObjectMethods");
  private static final ClassDesc OBJECTS = ClassDesc.of("java.util.Objects");
  private static final String HASH = "recordHash$";
  private static final String EQUALS = "recordEquals$";

  private final ClassDesc owner;
  private final List<DirectMethodHandleDesc> components = new ArrayList<>();
  private boolean hashes;
  private boolean compares;

  private RecordMethods(ClassDesc owner) {
    this.owner = owner;
  }

  /** Makes the transform of one record; other classes stay as they are. */
  static ClassTransform of(ClassDesc owner) {
    RecordMethods made = new RecordMethods(owner);
    return ClassTransform.transformingMethodBodies(made::call)
        .andThen(ClassTransform.endHandler(made::end));
  }

  private void call(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeDynamicInstruction call
        && call.bootstrapMethod().owner().equals(BOOTSTRAPS)) {
      String name = call.name().stringValue();
      if (name.equals("hashCode")) {
        learn(call);
        hashes = true;
        code.invokestatic(owner, HASH, call.typeSymbol());
        return;
      }
      if (name.equals("equals")) {
        learn(call);
        compares = true;
        code.invokestatic(owner, EQUALS, call.typeSymbol());
        return;
      }
    }
    code.with(element);
  }

  /** The arguments are the record, the names of its components, and what gets each. */
  private void learn(InvokeDynamicInstruction call) {
    components.clear();
    call.bootstrapArgs().stream()
        .skip(2)
        .map(DirectMethodHandleDesc.class::cast)
        .forEach(components::add);
  }

  private void end(ClassBuilder builder) {
    int flags = ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC;
    if (hashes) {
      MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_int, owner);
      builder.withMethodBody(HASH, type, flags, this::hash);
    }
    if (compares) {
      MethodTypeDesc type =
          MethodTypeDesc.of(ConstantDescs.CD_boolean, owner, ConstantDescs.CD_Object);
      builder.withMethodBody(EQUALS, type, flags, this::compare);
    }
  }

  private void hash(CodeBuilder code) {
    code.iconst_0();
    for (DirectMethodHandleDesc component : components) {
      ClassDesc type = get(code.bipush(31).imul(), 0, component);
      code.invokestatic(
              type.isPrimitive() ? box(type) : OBJECTS,
              "hashCode",
              MethodTypeDesc.of(ConstantDescs.CD_int, general(type)))
          .iadd();
    }
    code.ireturn();
  }

  private void compare(CodeBuilder code) {
    Label other = code.newLabel();
    Label differs = code.newLabel();
    code.aload(1).instanceOf(owner).ifeq(other);
    code.aload(1).checkcast(owner).astore(1);
    for (DirectMethodHandleDesc component : components) {
      get(code, 0, component);
      ClassDesc type = get(code, 1, component);
      if (TypeKind.from(type).asLoadable() == TypeKind.INT) {
        code.if_icmpne(differs);
      } else if (type.isPrimitive()) {
        code.invokestatic(box(type), "compare", MethodTypeDesc.of(ConstantDescs.CD_int, type, type))
            .ifne(differs);
      } else {
        code.invokestatic(
                OBJECTS,
                "equals",
                MethodTypeDesc.of(
                    ConstantDescs.CD_boolean, ConstantDescs.CD_Object, ConstantDescs.CD_Object))
            .ifeq(differs);
      }
    }
    code.iconst_1().ireturn();
    code.labelBinding(differs).iconst_0().ireturn();
    code.labelBinding(other).iconst_0().ireturn();
  }

  /** Puts a component on the stack and returns its type. */
  private ClassDesc get(CodeBuilder code, int slot, DirectMethodHandleDesc component) {
    ClassDesc type = component.invocationType().returnType();
    code.aload(slot).getfield(owner, component.methodName(), type);
    return type;
  }

  private static ClassDesc general(ClassDesc type) {
    return type.isPrimitive() ? type : ConstantDescs.CD_Object;
  }

  private static ClassDesc box(ClassDesc primitive) {
    return switch (primitive.descriptorString()) {
      case "Z" -> ConstantDescs.CD_Boolean;
      case "B" -> ConstantDescs.CD_Byte;
      case "S" -> ConstantDescs.CD_Short;
      case "C" -> ConstantDescs.CD_Character;
      case "I" -> ConstantDescs.CD_Integer;
      case "J" -> ConstantDescs.CD_Long;
      case "F" -> ConstantDescs.CD_Float;
      default -> ConstantDescs.CD_Double;
    };
  }
}
