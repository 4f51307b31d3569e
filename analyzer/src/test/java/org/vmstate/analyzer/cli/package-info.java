/** Tests of the command line. */
package org.vmstate.analyzer.cli;
