/** What an image is, found out without walking through its memory. */
package org.vmstate.analyzer.info;
