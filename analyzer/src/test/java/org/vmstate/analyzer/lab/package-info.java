/** Tests with real QEMU and real libvirt, prepared by {@code .ci/lab}. */
package org.vmstate.analyzer.lab;
