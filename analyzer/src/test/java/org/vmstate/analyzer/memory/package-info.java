/** Tests of what moves pages. */
package org.vmstate.analyzer.memory;
