/** Tests of what an image would take in other layouts. */
package org.vmstate.analyzer.measure;
