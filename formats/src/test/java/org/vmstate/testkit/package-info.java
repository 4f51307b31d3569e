/** Builds small images byte by byte, and states what they hold; published as a test jar. */
package org.vmstate.testkit;
