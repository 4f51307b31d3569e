package org.vmstate.formats.vmdesc;

import java.util.List;

/**
 * The description of a struct, a subsection or a whole device.
 *
 * @param name QEMU's vmsd name
 * @param version version that was written
 * @param fields fields in wire order
 * @param subsections the subsections that were written, in wire order
 */
public record StateDesc(
    String name, long version, List<FieldDesc> fields, List<StateDesc> subsections) {}
