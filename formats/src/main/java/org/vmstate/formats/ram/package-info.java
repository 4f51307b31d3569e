/**
 * RAM in a stream: flag words, blocks, runs of pages, and the two delta encodings' constants.
 *
 * <p>Pages are always spoken of in runs, because a guest has hundreds of millions of them.
 */
package org.vmstate.formats.ram;
