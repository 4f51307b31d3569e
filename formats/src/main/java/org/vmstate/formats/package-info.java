/**
 * The vocabulary of saved virtual-machine state: format names, byte ranges and limits.
 *
 * <p>This module knows what the bytes mean and does no I/O. Its subpackages hold the facts that
 * reading and writing share, one package for each format; {@code org.vmstate.formats.spec} is
 * generated from {@code specs/} during the build.
 */
package org.vmstate.formats;
