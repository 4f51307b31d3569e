package org.vmstate.analyzer.change;

/**
 * One change. Sections are named by their idstr, where there are several with {@code #INSTANCE};
 * fields by the path that a dump prints, such as {@code cpu#0.env.tsc}.
 */
public sealed interface Change {
  /** What happens to the value of a field. */
  enum Operator {
    /** It is replaced. */
    SET("="),
    /** Bits are added. */
    ADD("+="),
    /** Bits are taken away. */
    REMOVE("-=");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    /** Returns how it is written. */
    public String sign() {
      return sign;
    }
  }

  /** Gives a field another value. */
  record SetField(String path, Operator operator, String value) implements Change {
    @Override
    public String toString() {
      return path + operator.sign() + value;
    }
  }

  /** Takes a field away, bytes and description. */
  record RemoveField(String path) implements Change {}

  /**
   * Adds a field after another.
   *
   * @param after path of the field in front
   * @param name name of the new one
   * @param type {@code uint8}, {@code uint16}, {@code uint32}, {@code uint64} or {@code bool}
   * @param value its value
   */
  record InsertField(String after, String name, String type, long value) implements Change {}

  /**
   * Gives the memory of a virtio-mem device another block size, a part of the one it has; the bits
   * of what is plugged follow.
   */
  record SetBlockSize(String section, long size) implements Change {}

  /** Takes a subsection away. */
  record RemoveSubsection(String path) implements Change {}

  /** Takes a section away. */
  record DropSection(String section) implements Change {}

  /** Gives a section another name. */
  record RenameSection(String section, String name) implements Change {}

  /** Gives a section another instance id. */
  record SetInstance(String section, long instance) implements Change {}

  /** Gives a section another version. */
  record SetVersion(String section, long version) implements Change {}

  /** Takes a command out of the stream, by its label. */
  record DropCommand(String command) implements Change {}

  /** Gives the configuration another machine type. */
  record SetMachine(String machine) implements Change {}

  /** Adds a capability to the configuration's list, or takes it away. */
  record SetCapability(String capability, boolean listed) implements Change {}

  /** Gives a RAM block another name. */
  record RenameBlock(String block, String name) implements Change {}

  /** Gives a RAM block another length; pages after its end go, new ones are never sent. */
  record ResizeBlock(String block, long length) implements Change {}

  /** Takes a RAM block and its pages away. */
  record DropBlock(String block) implements Change {}
}
