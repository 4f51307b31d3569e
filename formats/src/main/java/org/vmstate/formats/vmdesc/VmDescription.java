package org.vmstate.formats.vmdesc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The whole vmdescription. */
public final class VmDescription {
  private final long pageSize;
  private final Optional<StateDesc> configuration;
  private final List<DeviceDesc> devices;
  private final List<RepeatedMember> repeated;
  private final Map<Key, DeviceDesc> byKey = new HashMap<>();
  private final Map<Key, List<DeviceDesc>> alike = new HashMap<>();

  record Key(String name, long instance) {}

  /**
   * Puts a description together.
   *
   * @param pageSize target page size in bytes
   * @param configuration description of the configuration record
   * @param devices devices in the order in which their sections were finished
   * @param repeated members that an object has twice; queues, which do rightly, left out
   */
  public VmDescription(
      long pageSize,
      Optional<StateDesc> configuration,
      List<DeviceDesc> devices,
      List<RepeatedMember> repeated) {
    this.pageSize = pageSize;
    this.configuration = configuration;
    this.devices = List.copyOf(devices);
    this.repeated = List.copyOf(repeated);
    for (DeviceDesc d : devices) {
      Key key = new Key(d.name(), d.instance());
      DeviceDesc first = byKey.putIfAbsent(key, d);
      if (first != null) {
        alike.computeIfAbsent(key, k -> new ArrayList<>(List.of(first))).add(d);
      }
    }
  }

  /** Returns the target page size in bytes. */
  public long pageSize() {
    return pageSize;
  }

  /** Returns the description of the configuration record. */
  public Optional<StateDesc> configuration() {
    return configuration;
  }

  /** Returns the devices in the order in which their sections were finished. */
  public List<DeviceDesc> devices() {
    return devices;
  }

  /** Returns members that an object has twice; queues, which do rightly, are left out. */
  public List<RepeatedMember> repeated() {
    return repeated;
  }

  /** Finds the description of a section, the first one where there are several. */
  public Optional<DeviceDesc> find(String name, long instance) {
    return Optional.ofNullable(byKey.get(new Key(name, instance)));
  }

  /** Finds the first description of a name. */
  Optional<DeviceDesc> first(String name) {
    return devices.stream().filter(d -> d.name().equals(name)).findFirst();
  }

  /** Finds the descriptions of sections that come one after the other. */
  public DescriptionCursor cursor() {
    return new DescriptionCursor(this);
  }

  /** Returns the descriptions of one name and instance, or none unless there are several. */
  List<DeviceDesc> alike(Key key) {
    return alike.getOrDefault(key, List.of());
  }
}
