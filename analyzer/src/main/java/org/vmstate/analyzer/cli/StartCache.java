package org.vmstate.analyzer.cli;

/**
 * The JVM's ahead-of-time cache, which the build fills and the launcher names. A JVM that is not
 * the one it was made with refuses it, and starts several times slower.
 */
final class StartCache {
  /** Set by the launcher to the cache's path. */
  private static final String ASKED = "vmstate.cache";

  private StartCache() {}

  /** Says in one line that a cache was asked for and refused. */
  static void report() {
    String file = System.getProperty(ASKED);
    // what HotSpot says of itself, for which it needs no other classes: "mixed mode, sharing"
    if (file != null && !System.getProperty("java.vm.info", "sharing").contains("sharing")) {
      Failures.note(
          "this Java does not accept "
              + file
              + ", so that each start is slow; build again to mend it");
    }
  }
}
