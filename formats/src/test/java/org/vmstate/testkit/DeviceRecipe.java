package org.vmstate.testkit;

/**
 * A device section with one buffer.
 *
 * @param name idstr
 * @param instance instance id
 * @param payload its bytes
 */
public record DeviceRecipe(String name, long instance, byte[] payload) {}
