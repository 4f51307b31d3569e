/**
 * Guest memory as the verbs handle it: pages on their way to their places, those that an image
 * lacks, counts and hashes.
 */
package org.vmstate.analyzer.memory;
