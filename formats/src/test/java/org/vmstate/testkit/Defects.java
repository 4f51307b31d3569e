package org.vmstate.testkit;

import java.util.ArrayList;
import java.util.List;

/** Images that violate one rule each, by the codes of docs/checks.md. */
public final class Defects {
  private Defects() {}

  /** Returns all. */
  public static List<Defect> all() {
    List<Defect> all = new ArrayList<>(StreamDefects.list());
    all.addAll(RamDefects.list());
    all.addAll(MappedDefects.list());
    all.addAll(LibvirtDefects.list());
    return all;
  }

  /** Returns the good images from which they are made. */
  public static List<byte[]> good() {
    return List.of(
        Parts.sequential().toBytes(), new MappedParts().toBytes(), LibvirtDefects.good());
  }
}
