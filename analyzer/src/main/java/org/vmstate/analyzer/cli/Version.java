package org.vmstate.analyzer.cli;

import java.lang.module.ModuleDescriptor;
import picocli.CommandLine.IVersionProvider;

/**
 * The version, which a package has in the description of its module, with the commit after a plus,
 * and a build of the source tree in the manifest of its jar.
 */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"vmstate-img " + number(), "Java " + Runtime.version()};
  }

  private static String number() {
    ModuleDescriptor module = Version.class.getModule().getDescriptor();
    if (module != null && module.rawVersion().isPresent()) {
      return module.rawVersion().get().replaceFirst("\\+(.*)", " (commit $1)");
    }
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(development build)" : version;
  }
}
