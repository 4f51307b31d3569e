package org.vmstate.analyzer.info;

import java.util.Optional;
import org.vmstate.formats.FormatId;
import org.vmstate.formats.libvirt.SaveFormat;
import org.vmstate.formats.libvirt.SaveHeader;
import org.vmstate.formats.stream.MachineRelease;
import org.vmstate.formats.stream.StreamConfiguration;
import org.vmstate.formats.stream.StreamFormat;

/** One line about what a restore needs or why it cannot work, as far as the head tells. */
final class RestoreOutlook {
  private final SaveHeader saveHeader;
  private final StreamConfiguration configuration;
  private final FormatId format;
  private final Optional<String> problem;

  RestoreOutlook(
      SaveHeader saveHeader,
      StreamConfiguration configuration,
      FormatId format,
      Optional<String> problem) {
    this.saveHeader = saveHeader;
    this.configuration = configuration;
    this.format = format;
    this.problem = problem;
  }

  /**
   * Returns the line.
   *
   * @param described whether the stream has a description at its end
   * @param devicesOnly whether the stream begins with a device's state, and has no memory
   */
  String headline(boolean seekable, boolean described, boolean devicesOnly) {
    if (saveHeader != null && !saveHeader.complete()) {
      return "no: the save did not finish; libvirt says 'save image is incomplete'";
    }
    if (problem.isPresent()) {
      return "no: " + problem.get();
    }
    if (saveHeader != null && saveHeader.version() == SaveFormat.VERSION_RFC) {
      return "no: no released libvirt restores header version 3";
    }
    if (configuration == null) {
      return "unknown: the stream was not reached";
    }
    if (configuration.version() == StreamFormat.VERSION_2) {
      return "no: stream version 2 was given up in 2009";
    }
    if (format.layout().refusal().isPresent()) {
      return "no: " + format.layout().refusal().get();
    }
    if (devicesOnly && !configuration.present()) {
      return "device state only, as xen-save-devices-state writes it; the memory is elsewhere";
    }
    if (seekable && !described) {
      return "unknown: no device description at the end; it was suppressed or the file is cut";
    }
    StringBuilder line = new StringBuilder(described ? "expected" : "not seen to its end");
    if (configuration.present()) {
      line.append("; needs ");
      MachineRelease.of(configuration.machine())
          .ifPresent(r -> line.append("QEMU ").append(r).append(" or later with "));
      line.append("machine type ").append(configuration.machine());
    }
    if (!configuration.capabilities().isEmpty()) {
      line.append(" and capabilities ").append(String.join(", ", configuration.capabilities()));
    }
    return line.toString();
  }
}
