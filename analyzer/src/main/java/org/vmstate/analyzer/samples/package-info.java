/** The bundled real samples, addressed as {@code sample:NAME}. */
package org.vmstate.analyzer.samples;
