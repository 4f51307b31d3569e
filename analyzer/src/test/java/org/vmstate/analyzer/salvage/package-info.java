/** Tests of salvaging and repairing. */
package org.vmstate.analyzer.salvage;
