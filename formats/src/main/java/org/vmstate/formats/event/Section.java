package org.vmstate.formats.event;

/**
 * What a START or FULL record binds to a section id.
 *
 * @param id section id, unsigned 32 bits
 * @param name idstr, each char one byte
 * @param instance instance id, unsigned 32 bits
 * @param version version of the payload, unsigned 32 bits
 */
public record Section(long id, String name, long instance, long version) {}
