package org.vmstate.formats.ram;

/**
 * Consecutive pages of one block that were sent one after the other in the same way.
 *
 * @param block the block
 * @param firstPage number of the first page
 * @param count number of pages, at least 1
 * @param kind what they are
 * @param value fill byte for FILL, length in bytes of the encoded data for XBZRLE and ZLIB
 * @param offset offset of the first page's data, where there is any
 * @param stride distance in bytes from one page's data to the next
 */
public record PageRun(
    RamBlock block,
    long firstPage,
    long count,
    PageKind kind,
    int value,
    long offset,
    long stride) {}
