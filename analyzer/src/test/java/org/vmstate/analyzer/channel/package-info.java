/** Tests of what receives a migration. */
package org.vmstate.analyzer.channel;
