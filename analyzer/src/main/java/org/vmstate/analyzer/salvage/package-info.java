/** What can be kept of damaged images, and small repairs. */
package org.vmstate.analyzer.salvage;
