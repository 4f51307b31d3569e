/** Tests of the model of a live save. */
package org.vmstate.analyzer.simulate;
