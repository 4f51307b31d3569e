/** What is asked of the operating system by calls that Java does not have. */
package org.vmstate.analyzer.host;
