/** Encoders of the two XBZRLE forms, and the page caches that their senders keep. */
package org.vmstate.writer.xbzrle;
