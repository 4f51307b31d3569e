/** Tests of replays through caches of deltas. */
package org.vmstate.analyzer.replay;
