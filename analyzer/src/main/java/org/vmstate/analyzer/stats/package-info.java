/**
 * What happened in a save: rounds, pages by kind, pages sent again, bytes that later ones replaced.
 */
package org.vmstate.analyzer.stats;
