/** Whether two images hold the same guest state, and what differs. */
package org.vmstate.analyzer.compare;
