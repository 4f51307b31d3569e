/**
 * A state is made fit for what is to load it: known breaks between releases are found by the image
 * and what the target said of itself, and cured with as few changes as possible.
 */
package org.vmstate.analyzer.upgrade;
