package org.vmstate.analyzer.check;

import java.util.HexFormat;
import java.util.Optional;
import org.vmstate.analyzer.facts.PciFunctions;
import org.vmstate.analyzer.facts.TargetFacts;
import org.vmstate.formats.device.PciFormat;

/**
 * A PCI function of the target.
 *
 * @param bytes its configuration space, zeros where it is not known
 * @param fixed bits that a state has to share, of those that are known
 */
record OwnFunction(byte[] bytes, byte[] fixed) {
  /**
   * Finds the function of a section: by its own state, or else by what the monitor said.
   *
   * @param path the section, with a dot and the subsection that has it, if one has
   */
  static Optional<OwnFunction> of(TargetFacts target, String path) {
    String whole = target.pci().get(path);
    if (whole != null) {
      byte[] bytes = HexFormat.of().parseHex(whole);
      return bytes.length < PciFormat.CONFIGURATION
          ? Optional.empty()
          : Optional.of(new OwnFunction(bytes, FixedBits.of(bytes)));
    }
    int slash = path.indexOf('/');
    String digits = slash < 0 ? null : target.functions().get(path.substring(0, slash));
    return digits == null ? Optional.empty() : Optional.of(partly(digits));
  }

  private static OwnFunction partly(String digits) {
    byte[] bytes = new byte[PciFormat.CONFIGURATION];
    byte[] known = new byte[PciFormat.CONFIGURATION];
    for (int i = 0; i < Math.min(digits.length(), 2 * bytes.length); i++) {
      int shift = i % 2 == 0 ? 4 : 0;
      int digit = Character.digit(digits.charAt(i), 16);
      if (digits.charAt(i) != PciFunctions.UNKNOWN && digit >= 0) {
        bytes[i / 2] |= (byte) (digit << shift);
        known[i / 2] |= (byte) (0xf << shift);
      }
    }
    byte[] fixed = FixedBits.of(bytes);
    for (int i = 0; i < fixed.length; i++) {
      fixed[i] &= known[i];
    }
    return new OwnFunction(bytes, fixed);
  }
}
