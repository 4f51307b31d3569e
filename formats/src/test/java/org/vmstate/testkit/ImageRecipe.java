package org.vmstate.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A small image and what it means: RAM blocks, passes of page records, devices.
 *
 * @param pageBits log2 of the page size, announced when not 12
 * @param blockPages pages of each block; blocks are called ram0, ram1, ...
 * @param passes page records of each PART; the last pass is the END
 * @param devices device sections, described by the JSON
 * @param described whether the JSON is there
 */
public record ImageRecipe(
    int pageBits,
    List<Integer> blockPages,
    List<List<PageRecord>> passes,
    List<DeviceRecipe> devices,
    boolean described) {

  private static final int RAM_ID = 7;

  public int pageSize() {
    return 1 << pageBits;
  }

  public String blockName(int index) {
    return "ram" + index;
  }

  /** Returns the final content of a block. */
  public byte[] memory(int block) {
    ByteBuffer content = ByteBuffer.allocate(blockPages.get(block) * pageSize());
    for (List<PageRecord> pass : passes) {
      for (PageRecord record : pass) {
        if (record.block() == block) {
          byte[] page = new byte[pageSize()];
          Arrays.fill(page, (byte) record.fill());
          content.put(record.page() * pageSize(), page);
        }
      }
    }
    return content.array();
  }

  /** Counts the pages of a block that no record sends. */
  public long missing(int block) {
    return blockPages.get(block)
        - passes.stream()
            .flatMap(List::stream)
            .filter(record -> record.block() == block)
            .mapToInt(PageRecord::page)
            .distinct()
            .count();
  }

  /** Returns this image as QEMU saves it: the first pass begins with every page as a zero page. */
  public ImageRecipe withAllSent() {
    List<PageRecord> first = new ArrayList<>();
    for (int block = 0; block < blockPages.size(); block++) {
      for (int page = 0; page < blockPages.get(block); page++) {
        first.add(new PageRecord(block, page, 0, false, false));
      }
    }
    first.addAll(passes.getFirst());
    List<List<PageRecord>> all = new ArrayList<>(passes);
    all.set(0, first);
    return new ImageRecipe(pageBits, blockPages, all, devices, described);
  }

  private ImageBytes head(String... capabilities) {
    ImageBytes image = new ImageBytes().header();
    image.u8(7).be32(8).text("test-1.0");
    if (pageBits != 12) {
      image.u8(5).name("configuration/target-page-bits").be32(1).be32(pageBits);
    }
    if (capabilities.length > 0) {
      image.u8(5).name("configuration/capabilities").be32(1).be32(capabilities.length);
      for (String capability : capabilities) {
        image.name(capability);
      }
    }
    long total = 0;
    for (int pages : blockPages) {
      total += (long) pages * pageSize();
    }
    return image.section(1, RAM_ID, "ram", 0, 4).be64(total | 4);
  }

  /** Writes the sequential layout. */
  public byte[] sequential() {
    ImageBytes image = head();
    for (int i = 0; i < blockPages.size(); i++) {
      image.name(blockName(i)).be64((long) blockPages.get(i) * pageSize());
    }
    image.eos().footer(RAM_ID);
    int current = -1;
    for (int i = 0; i < passes.size(); i++) {
      image.again(i == passes.size() - 1 ? 3 : 2, RAM_ID);
      for (PageRecord record : passes.get(i)) {
        boolean again = !record.named() && record.block() == current;
        long word = (long) record.page() * pageSize() | (again ? 0x20 : 0);
        boolean page = record.literal() || record.fill() != 0;
        image.be64(word | (page ? 8 : 2));
        if (!again) {
          image.name(blockName(record.block()));
        }
        if (page) {
          image.fill(record.fill(), pageSize());
        } else {
          image.u8(0);
        }
        current = record.block();
      }
      image.eos().footer(RAM_ID);
    }
    return tail(image);
  }

  /** Writes the mapped-ram layout, page areas aligned to the given power of two. */
  public byte[] mapped(int alignment) {
    ImageBytes image = head("mapped-ram");
    for (int i = 0; i < blockPages.size(); i++) {
      int pages = blockPages.get(i);
      image.name(blockName(i)).be64((long) pages * pageSize());
      int bitmapLength = (pages + 63) / 64 * 8;
      int bitmapOffset = image.size() + 28;
      int pagesOffset = (bitmapOffset + bitmapLength + alignment - 1) & -alignment;
      image.be32(1).be64(pageSize()).be64(bitmapOffset).be64(pagesOffset);
      byte[] memory = memory(i);
      byte[] bitmap = new byte[bitmapLength];
      for (int p = 0; p < pages; p++) {
        for (int k = p * pageSize(); k < (p + 1) * pageSize(); k++) {
          if (memory[k] != 0) {
            bitmap[p / 8] |= (byte) (1 << p % 8);
            break;
          }
        }
      }
      image.raw(bitmap).padTo(pagesOffset).raw(memory);
    }
    image.eos().footer(RAM_ID);
    image.again(2, RAM_ID).eos().footer(RAM_ID);
    image.again(3, RAM_ID).eos().footer(RAM_ID);
    return tail(image);
  }

  private byte[] tail(ImageBytes image) {
    List<String> described = new ArrayList<>();
    int id = RAM_ID;
    for (DeviceRecipe device : devices) {
      id++;
      image.section(4, id, device.name(), device.instance(), 1).raw(device.payload()).footer(id);
      described.add(
          String.format(
              Locale.ROOT,
              "{\"name\": \"%s\", \"instance_id\": %d, \"vmsd_name\": \"v\", \"version\": 1,"
                  + " \"fields\": [{\"name\": \"b\", \"type\": \"buffer\", \"size\": %d}]}",
              device.name(),
              device.instance(),
              device.payload().length));
    }
    image.u8(0);
    if (described()) {
      image.description(
          String.format(
              Locale.ROOT,
              "{\"configuration\": {\"vmsd_name\": \"configuration\", \"version\": 1, \"fields\":"
                  + " []}, \"page_size\": %d, \"devices\": [%s]}",
              pageSize(),
              String.join(", ", described)));
    }
    return image.toBytes();
  }
}
