/** Reports what a file is by its first bytes. */
package org.vmstate.parser.probe;
