/** Tests of what is counted in a save. */
package org.vmstate.analyzer.stats;
