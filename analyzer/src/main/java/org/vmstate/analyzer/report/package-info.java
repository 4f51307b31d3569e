/** One tree of values, written as JSON or as text for people. */
package org.vmstate.analyzer.report;
