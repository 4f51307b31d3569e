package org.vmstate.formats.stream;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The release that a versioned machine type, such as {@code pc-q35-10.0}, names: the first QEMU
 * that knows the type, and the one whose migration settings it keeps.
 *
 * @param major first number
 * @param minor second number
 */
public record MachineRelease(int major, int minor) {
  private static final Pattern SUFFIX = Pattern.compile("-(\\d{1,4})\\.(\\d{1,4})(\\.\\d+)?$");

  /** Returns the release of a machine type, if its name has one. */
  public static Optional<MachineRelease> of(String machine) {
    Matcher m = SUFFIX.matcher(machine);
    return m.find()
        ? Optional.of(
            new MachineRelease(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2))))
        : Optional.empty();
  }

  /** Returns whether the type is of that release or a later one. */
  public boolean isFrom(int wantedMajor, int wantedMinor) {
    return major > wantedMajor || major == wantedMajor && minor >= wantedMinor;
  }

  /** Returns whether its streams have a configuration and footers. Source: QEMU 2.4. */
  public boolean hasFooters() {
    return isFrom(2, 4);
  }

  /** Returns whether its streams announce the switchover. Source: QEMU 10.0. */
  public boolean announcesSwitchover() {
    return isFrom(10, 0);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
