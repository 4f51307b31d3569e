/** Reports about saved state, and the command line. */
package org.vmstate.analyzer;
