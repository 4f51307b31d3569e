package org.vmstate.formats.stream;

/** Names of the capabilities that change what a reader has to expect. */
public final class Capability {
  /** Adds the guest-physical address to every RAM block entry. */
  public static final String IGNORE_SHARED = "x-ignore-shared";

  /** RAM at fixed file offsets (QEMU 9.0). */
  public static final String MAPPED_RAM = "mapped-ram";

  /** The name of mapped-ram in the proposals before its release. */
  public static final String FIXED_RAM = "fixed-ram";

  /** The loader takes POSTCOPY_ADVISE with page sizes. */
  public static final String POSTCOPY_RAM = "postcopy-ram";

  /** The loader takes ENABLE_COLO. */
  public static final String COLO = "x-colo";

  /** Pages are sent over connections of their own. */
  public static final String MULTIFD = "multifd";

  /** Pages that were sent before are sent as deltas. */
  public static final String XBZRLE = "xbzrle";

  /** The loader takes pages that were compressed one by one (QEMU 2.4 to 9.0). */
  public static final String COMPRESS = "compress";

  private Capability() {}
}
