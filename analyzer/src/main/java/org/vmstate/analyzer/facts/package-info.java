/**
 * What is to load a state: asked of a QEMU over its monitor, written down as JSON and read again.
 * Answers are bounded in size and time, whatever is at the other end.
 */
package org.vmstate.analyzer.facts;
