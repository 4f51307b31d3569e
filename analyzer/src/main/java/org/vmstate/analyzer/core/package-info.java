/**
 * ELF cores: headers, and the registers of CPUs as the notes that QEMU's dump-guest-memory writes.
 */
package org.vmstate.analyzer.core;
