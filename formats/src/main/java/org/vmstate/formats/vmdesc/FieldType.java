package org.vmstate.formats.vmdesc;

import java.util.Map;
import java.util.Set;

/** How a field's bytes are understood. Names not known here are opaque bytes. */
public enum FieldType {
  /** u8, zero is false. */
  BOOL,
  /** Big-endian two's complement. */
  SIGNED,
  /** Big-endian, no sign. */
  UNSIGNED,
  /** Little-endian, no sign; only inside of what the description leaves opaque. */
  LITTLE,
  /** be64 nanoseconds, all ones when not armed. */
  TIMER,
  /** Bytes. */
  BUFFER,
  /** Bytes that the reader ignores. */
  UNUSED,
  /** be64 words, bit i of word w is bit 64 w + i. */
  BITMAP,
  /** A length byte and that many characters. */
  CAPABILITY,
  /** A NULL in an array of pointers: one byte, the character 0. */
  NULLPTR,
  /**
   * Before each element of an array of pointers whose elements the reader allocates: the character
   * 1 for one that follows, 0 for NULL. Source: QEMU 11.1.
   */
  POINTER_MARKER,
  /** A nested description in the member {@code struct}. */
  STRUCT,
  /** A nested description inline. */
  INLINE,
  /** Elements with a marker byte each, their descriptions inline. */
  QUEUE,
  /** be64 IEEE 754. */
  FLOAT64,
  /** Four be32: levels of INTA to INTD. */
  PCI_IRQ,
  /** Not understood: {@code size} bytes. */
  OPAQUE;

  private static final Map<String, FieldType> NAMES =
      Map.ofEntries(
          Map.entry("bool", BOOL),
          Map.entry("int8", SIGNED),
          Map.entry("int16", SIGNED),
          Map.entry("int32", SIGNED),
          Map.entry("int32 equal", SIGNED),
          // "less or equal", not little-endian
          Map.entry("int32 le", SIGNED),
          Map.entry("int64", SIGNED),
          Map.entry("uint8", UNSIGNED),
          Map.entry("uint16", UNSIGNED),
          Map.entry("uint32", UNSIGNED),
          Map.entry("uint64", UNSIGNED),
          Map.entry("uint8 equal", UNSIGNED),
          Map.entry("uint16 equal", UNSIGNED),
          Map.entry("uint32 equal", UNSIGNED),
          // the name that QEMU's unsigned 64-bit "equal" type carries
          Map.entry("int64 equal", UNSIGNED),
          Map.entry("timer", TIMER),
          Map.entry("buffer", BUFFER),
          Map.entry("unused_buffer", UNUSED),
          Map.entry("bitmap", BITMAP),
          Map.entry("capability", CAPABILITY),
          Map.entry("nullptr", NULLPTR),
          Map.entry("ptr-marker", POINTER_MARKER),
          Map.entry("struct", STRUCT),
          Map.entry("vstruct", INLINE),
          Map.entry("tmp", INLINE),
          Map.entry("qtailq", QUEUE),
          Map.entry("qlist", QUEUE),
          Map.entry("gtree", QUEUE),
          Map.entry("CPU_Double_U", FLOAT64),
          Map.entry("float64", FLOAT64),
          Map.entry("pci irq state", PCI_IRQ),
          Map.entry("int32_as_uint16", SIGNED),
          Map.entry("uint16_from_uint8", UNSIGNED),
          Map.entry("cpsr", UNSIGNED),
          Map.entry("xpsr", UNSIGNED),
          Map.entry("fpscr", UNSIGNED),
          Map.entry("powered_off", UNSIGNED),
          Map.entry("fpr", UNSIGNED),
          Map.entry("vsr", UNSIGNED),
          Map.entry("cpu/altivec/vscr", UNSIGNED),
          // two words each: a vector register, an entry of the segment buffer
          Map.entry("avr", BUFFER),
          Map.entry("slbe", BUFFER));

  /** Returns the type names whose meaning is known. */
  public static Set<String> names() {
    return NAMES.keySet();
  }

  /** Finds the meaning of a type name. */
  public static FieldType of(String name) {
    return NAMES.getOrDefault(name, OPAQUE);
  }
}
