/**
 * A model of a live save: a guest that writes by a pattern, a link of limited bandwidth, rounds
 * over what was written meanwhile, deltas from a cache. It says how many rounds a save takes, or
 * why it never ends. Source: QEMU 10.0 migration/migration.c, ram.c.
 */
package org.vmstate.analyzer.simulate;
