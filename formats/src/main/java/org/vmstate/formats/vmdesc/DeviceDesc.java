package org.vmstate.formats.vmdesc;

/**
 * One device of the vmdescription.
 *
 * @param name idstr of its section
 * @param instance instance id of its section
 * @param state the fields; for an old-style device a single buffer called {@code data}
 */
public record DeviceDesc(String name, long instance, StateDesc state) {}
