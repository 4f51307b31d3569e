package org.vmstate.formats.vmdesc;

/**
 * A member that stands twice in one object of the vmdescription.
 *
 * @param name its name
 * @param offset where its second name stands in the file
 */
public record RepeatedMember(String name, long offset) {}
