/** The command line: the only place that touches standard streams and exit codes. */
package org.vmstate.analyzer.cli;
