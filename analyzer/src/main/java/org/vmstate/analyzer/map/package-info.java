/** What each byte of an image is, and what became of each page of the guest. */
package org.vmstate.analyzer.map;
