/**
 * Replays what a save sent through the caches and encoders of delta codecs: what deltas would have
 * saved, and which cache that takes.
 */
package org.vmstate.analyzer.replay;
