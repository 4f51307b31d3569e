package org.vmstate.formats.rule;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/**
 * What was found, for programs and for a loader's message, which quotes names first.
 *
 * @param names names, such as that of a section
 * @param numbers numbers, the found value first
 */
public record Facts(List<String> names, List<Long> numbers) {
  /** Nothing that a message quotes. */
  public static final Facts NONE = new Facts(List.of(), List.of());

  /** Takes copies. */
  public Facts {
    names = List.copyOf(names);
    numbers = List.copyOf(numbers);
  }

  /** Makes facts of numbers. */
  public static Facts found(long... numbers) {
    return new Facts(List.of(), LongStream.of(numbers).boxed().toList());
  }

  /** Makes facts of a name and of numbers that belong to it. */
  public static Facts named(String name, long... numbers) {
    return new Facts(List.of(name), LongStream.of(numbers).boxed().toList());
  }

  /** Makes facts of names. */
  public static Facts names(String... names) {
    return new Facts(List.of(names), List.of());
  }

  /** Returns the first number. */
  public OptionalLong found() {
    return numbers.isEmpty() ? OptionalLong.empty() : OptionalLong.of(numbers.getFirst());
  }
}
