package org.vmstate.testkit;

/**
 * A page that an image sends.
 *
 * @param block index of the block
 * @param page number of the page
 * @param fill byte that fills the page; a zero page when 0
 * @param literal true for a PAGE record even when all bytes are equal
 * @param named true to write the block's name even where CONTINUE would do
 */
public record PageRecord(int block, int page, int fill, boolean literal, boolean named) {}
