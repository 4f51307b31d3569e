/** Tests of the model of the dirty log, beside the real kernel. */
package org.vmstate.analyzer.dirtylog;
