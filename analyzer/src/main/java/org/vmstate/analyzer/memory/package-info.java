/** What the passes of a live save did to memory, and hashes of its final content. */
package org.vmstate.analyzer.memory;
