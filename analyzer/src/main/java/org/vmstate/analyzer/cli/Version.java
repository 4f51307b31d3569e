package org.vmstate.analyzer.cli;

import picocli.CommandLine.IVersionProvider;

/** Reads the version from the jar's manifest. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "vmstate-img " + (version == null ? "(development build)" : version),
      "Java " + Runtime.version()
    };
  }
}
