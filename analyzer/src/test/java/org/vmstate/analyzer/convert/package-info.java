/** Conversions of generated and damaged images. */
package org.vmstate.analyzer.convert;
