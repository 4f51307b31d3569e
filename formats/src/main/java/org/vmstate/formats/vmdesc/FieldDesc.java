package org.vmstate.formats.vmdesc;

import java.util.List;

/**
 * One field object of the vmdescription.
 *
 * @param name label, not necessarily unique in its description
 * @param typeName the type as QEMU wrote it
 * @param type what the type means
 * @param count number of equal elements that follow one another, 1 where there is no array_len
 * @param isArray true when the description says array_len or index
 * @param size bytes of one element
 * @param nested descriptions of the elements: one for struct, tmp and vstruct, one for each element
 *     of a queue
 */
public record FieldDesc(
    String name,
    String typeName,
    FieldType type,
    int count,
    boolean isArray,
    long size,
    List<StateDesc> nested) {}
