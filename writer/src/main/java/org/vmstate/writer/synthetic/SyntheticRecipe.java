package org.vmstate.writer.synthetic;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.vmstate.formats.ram.RamBlock;

/**
 * What a synthetic image holds. The same recipe always gives the same bytes.
 *
 * @param seed chooses all contents
 * @param machine machine type in the configuration
 * @param pageSize target page size in bytes, announced where it is not 4096
 * @param blocks RAM blocks; lengths are multiples of the page size
 * @param zero share of zero pages at the start, 0 to 1
 * @param fill share of pages that hold one byte over and over
 * @param duplicate share of pages whose content is one of eight; all others are random
 * @param iterations sweeps after the first
 * @param dirtyRate share of the pages that change before each of them
 * @param xbzrle whether changed pages go out as deltas where they can
 * @param xbzrle2011 whether the deltas have the form of 2011
 * @param devices device sections with a buffer of eight bytes each
 */
public record SyntheticRecipe(
    long seed,
    String machine,
    int pageSize,
    List<Block> blocks,
    double zero,
    double fill,
    double duplicate,
    int iterations,
    double dirtyRate,
    boolean xbzrle,
    boolean xbzrle2011,
    int devices) {

  /** Most pages of all blocks together, as many as a reader takes. */
  private static final long MOST_PAGES = 1L << 33;

  /**
   * A block.
   *
   * @param name idstr
   * @param length length in bytes
   */
  public record Block(String name, long length) {}

  /** Checks what cannot be made. */
  public SyntheticRecipe {
    blocks = List.copyOf(blocks);
    if (Integer.bitCount(pageSize) != 1 || pageSize < 1024 || pageSize > 1 << 19) {
      throw new IllegalArgumentException(
          "page size: expected a power of two from 1024 to 524288, found " + pageSize);
    }
    for (Block block : blocks) {
      boolean named = !block.name.isEmpty() && block.name.length() <= 255;
      if (!named || block.length <= 0 || block.length % pageSize != 0) {
        throw new IllegalArgumentException(
            "block "
                + block.name
                + ": expected a name and a multiple of the page size, found "
                + block.length);
      }
    }
    long pages = 0;
    for (Block block : blocks) {
      pages += block.length / pageSize;
      if (pages > MOST_PAGES) {
        throw new IllegalArgumentException(
            "blocks: expected at most " + MOST_PAGES + " pages together");
      }
    }
    if (blocks.isEmpty() || blocks.stream().map(Block::name).distinct().count() < blocks.size()) {
      throw new IllegalArgumentException("blocks need different names");
    }
    if (!(zero >= 0 && fill >= 0 && duplicate >= 0 && zero + fill + duplicate <= 1)) {
      throw new IllegalArgumentException("shares of pages must add up to at most 1");
    }
    if (!(dirtyRate >= 0 && dirtyRate <= 1)) {
      throw new IllegalArgumentException("rate: expected 0 to 1, found " + dirtyRate);
    }
    if (iterations < 0) {
      throw new IllegalArgumentException("iterations: expected 0 or more, found " + iterations);
    }
    if (devices < 0) {
      throw new IllegalArgumentException("devices: expected 0 or more, found " + devices);
    }
    if (xbzrle && !xbzrle2011 && pageSize > 0x2000) {
      throw new IllegalArgumentException("deltas need pages of at most 8192 bytes");
    }
  }

  /** Returns the blocks as the stream lists them. */
  public List<RamBlock> ramBlocks() {
    return IntStream.range(0, blocks.size())
        .mapToObj(
            i ->
                new RamBlock(
                    i, blocks.get(i).name, blocks.get(i).length, pageSize, 0, -1, Optional.empty()))
        .toList();
  }
}
