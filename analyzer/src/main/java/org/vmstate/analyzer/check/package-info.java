/** Rules that images are checked by, and the pass that applies them. */
package org.vmstate.analyzer.check;
