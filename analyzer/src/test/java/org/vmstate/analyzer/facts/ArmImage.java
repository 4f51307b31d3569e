package org.vmstate.analyzer.facts;

import java.util.Collection;
import org.vmstate.testkit.ImageBytes;

/** A stream of one Arm processor whose state says how many registers it has, and lists them. */
public final class ArmImage {
  private ArmImage() {}

  /** Makes one with any count and lists. */
  public static byte[] of(int count, Collection<Long> numbers, Collection<Long> values) {
    ImageBytes payload = new ImageBytes().be32(count);
    numbers.forEach(payload::be64);
    values.forEach(payload::be64);
    String array = "{\"name\": \"%s\", \"array_len\": %d, \"type\": \"uint64\", \"size\": 8}";
    return ImageBytes.withRam("r", 1)
        .again(3, 1)
        .be64(2)
        .name("r")
        .u8(0)
        .eos()
        .footer(1)
        .section(4, 2, "cpu", 0, 22)
        .raw(payload.u8(7).toBytes())
        .footer(2)
        .u8(0)
        .description(
            "{\"page_size\": 4096, \"devices\": [{\"name\": \"cpu\", \"instance_id\": 0,"
                + " \"vmsd_name\": \"cpu\", \"version\": 22, \"fields\": [{\"name\":"
                + " \"cpreg_vmstate_array_len\", \"type\": \"int32 le\", \"size\": 4}, "
                + array.formatted("cpreg_vmstate_indexes", numbers.size())
                + ", "
                + array.formatted("cpreg_vmstate_values", values.size())
                + ", {\"name\": \"power_state\", \"type\": \"uint8\", \"size\": 1}]}]}")
        .toBytes();
  }
}
