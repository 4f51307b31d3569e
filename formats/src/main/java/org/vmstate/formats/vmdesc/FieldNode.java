package org.vmstate.formats.vmdesc;

import java.util.List;
import org.vmstate.formats.ByteRange;

/**
 * Decoded state of one field object.
 *
 * @param desc what was decoded
 * @param range where it stands
 * @param raw its bytes; empty for a struct, whose elements hold them
 * @param elements decoded elements of structs, inline descriptions and queues
 */
public record FieldNode(FieldDesc desc, ByteRange range, byte[] raw, List<StateNode> elements) {}
