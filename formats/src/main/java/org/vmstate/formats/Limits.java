package org.vmstate.formats;

/**
 * Bounds on what one image may make a reader keep in memory. They follow the structure, not the
 * size of the file, and are far above what QEMU writes.
 *
 * @param descriptionBytes longest vmdescription JSON, in bytes
 * @param descriptionFields most fields a vmdescription may declare
 * @param nesting deepest nesting of structs in the vmdescription
 * @param deviceBytes longest payload of one device section that is decoded, in bytes
 * @param deviceValues most values that one device section may decode to
 * @param sections most device sections in one stream
 * @param ramBlocks most RAM blocks in one stream
 * @param xmlBytes longest domain XML and cookie of a libvirt image together, in bytes
 */
public record Limits(
    int descriptionBytes,
    int descriptionFields,
    int nesting,
    int deviceBytes,
    int deviceValues,
    int sections,
    int ramBlocks,
    int xmlBytes) {

  /** The limits in force unless a caller chooses others; they fit a heap of 128 MiB. */
  public static final Limits DEFAULT =
      new Limits(16 << 20, 200_000, 64, 16 << 20, 400_000, 65_536, 65_536, 16 << 20);

  /** Returns these limits with another one on the vmdescription. */
  public Limits withDescriptionBytes(int value) {
    return new Limits(
        value,
        descriptionFields,
        nesting,
        deviceBytes,
        deviceValues,
        sections,
        ramBlocks,
        xmlBytes);
  }

  /** Returns these limits with another one on device sections. */
  public Limits withSections(int value) {
    return new Limits(
        descriptionBytes,
        descriptionFields,
        nesting,
        deviceBytes,
        deviceValues,
        value,
        ramBlocks,
        xmlBytes);
  }

  /** Returns these limits with another one on RAM blocks. */
  public Limits withRamBlocks(int value) {
    return new Limits(
        descriptionBytes,
        descriptionFields,
        nesting,
        deviceBytes,
        deviceValues,
        sections,
        value,
        xmlBytes);
  }
}
