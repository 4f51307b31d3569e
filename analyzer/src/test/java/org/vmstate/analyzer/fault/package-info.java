/** A file system that goes wrong when a test says so, which stands under the whole program. */
package org.vmstate.analyzer.fault;
