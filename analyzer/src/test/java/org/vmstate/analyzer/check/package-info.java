/** Tests of the rules. */
package org.vmstate.analyzer.check;
