package org.vmstate.analyzer.samples;

/**
 * A bundled image.
 *
 * @param name what follows {@code sample:}
 * @param description what it is and where it comes from
 */
public record Sample(String name, String description) {}
