import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives each switch over types a method of its class that tests them in their order. The compiler
 * leaves such methods to be made at run time, where they are made anew at every start, because the
 * ahead-of-time cache of Java 25 does not keep them. The first takes about 10 ms.
 */
final class TypeSwitches {
  private static final ClassDesc BOOTSTRAPS = ClassDesc.of("java.lang.runtime.SwitchBootstraps");
  private static final MethodTypeDesc TEST =
      MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_Object, ConstantDescs.CD_int);

  private final ClassDesc owner;
  private final boolean isInterface;
  private final List<List<ClassDesc>> switches = new ArrayList<>();

  private TypeSwitches(ClassDesc owner, boolean isInterface) {
    this.owner = owner;
    this.isInterface = isInterface;
  }

  /** Makes the transform of one class or interface. */
  static ClassTransform of(ClassDesc owner, boolean isInterface) {
    TypeSwitches made = new TypeSwitches(owner, isInterface);
    return ClassTransform.transformingMethodBodies(made::call)
        .andThen(ClassTransform.endHandler(made::end));
  }

  private void call(CodeBuilder code, CodeElement element) {
    if (element instanceof InvokeDynamicInstruction call && isTypeSwitch(call)) {
      code.invokestatic(owner, name(switches.size()), TEST, isInterface);
      switches.add(call.bootstrapArgs().stream().map(ClassDesc.class::cast).toList());
    } else {
      code.with(element);
    }
  }

  /** Labels can be constants, too; such switches stay as they are. */
  private static boolean isTypeSwitch(InvokeDynamicInstruction call) {
    return call.bootstrapMethod().owner().equals(BOOTSTRAPS)
        && call.bootstrapMethod().methodName().equals("typeSwitch")
        && call.bootstrapArgs().stream().allMatch(TypeSwitches::isType);
  }

  private static boolean isType(ConstantDesc label) {
    return label instanceof ClassDesc type && !type.isPrimitive();
  }

  private static String name(int number) {
    return "typeSwitch$" + number;
  }

  private void end(ClassBuilder builder) {
    for (int i = 0; i < switches.size(); i++) {
      List<ClassDesc> types = switches.get(i);
      builder.withMethodBody(
          name(i),
          TEST,
          ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC | ClassFile.ACC_SYNTHETIC,
          code -> test(code, types));
    }
  }

  /**
   * The number of the first type, from the one given on, of which the object is; -1 for null, and
   * the number of types when it is of none.
   */
  private static void test(CodeBuilder code, List<ClassDesc> types) {
    Label some = code.newLabel();
    code.aload(0).ifnonnull(some).loadConstant(-1).ireturn();
    code.labelBinding(some);
    for (int i = 0; i < types.size(); i++) {
      Label next = code.newLabel();
      code.iload(1).loadConstant(i).if_icmpgt(next);
      code.aload(0).instanceOf(types.get(i)).ifeq(next);
      code.loadConstant(i).ireturn();
      code.labelBinding(next);
    }
    code.loadConstant(types.size()).ireturn();
  }
}
