package org.vmstate.formats.vmdesc;

import java.util.List;
import org.vmstate.formats.ByteRange;

/**
 * Decoded state of a struct, a subsection or a whole device.
 *
 * @param desc what was decoded
 * @param range where it stands, a subsection's own header included
 * @param fields values in wire order
 * @param subsections subsections in wire order
 */
public record StateNode(
    StateDesc desc, ByteRange range, List<FieldNode> fields, List<StateNode> subsections) {}
