/** The dump: everything an image holds, in the order of the file. */
package org.vmstate.analyzer.dump;
