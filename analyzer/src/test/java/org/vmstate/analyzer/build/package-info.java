/** Tests about the source tree itself: format, packages, directions, specifications. */
package org.vmstate.analyzer.build;
