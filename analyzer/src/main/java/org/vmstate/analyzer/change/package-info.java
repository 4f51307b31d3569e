/**
 * Changes of a saved state: of fields, sections, blocks, the machine type. A change becomes a list
 * of splices, each a range of the stream and what stands there instead; everything else is copied
 * as it is. The description follows.
 */
package org.vmstate.analyzer.change;
