package org.vmstate.analyzer.info;

import java.util.List;
import java.util.OptionalLong;

/**
 * What is worth knowing of a device at a glance.
 *
 * @param name idstr of its section
 * @param instance instance id of its section
 * @param type vmsd name, empty where nothing describes it
 * @param address where it is on its bus, empty where the name does not say
 * @param mac address of a network card, empty where it has none
 * @param capacity bytes of a disk, as far as the guest has asked
 * @param features bits that host and guest agreed on, by name
 * @param queues queues that the guest has set up
 * @param pci vendor, device and class as {@code lspci -n} writes them, empty for another device
 * @param length bytes of its sections' payloads
 * @param opaque bytes among these that nothing says the meaning of
 */
public record DeviceLine(
    String name,
    long instance,
    String type,
    String address,
    String mac,
    OptionalLong capacity,
    List<String> features,
    int queues,
    String pci,
    long length,
    long opaque) {}
