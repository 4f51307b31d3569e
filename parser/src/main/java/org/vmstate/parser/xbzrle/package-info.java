/** Decoders of the two XBZRLE encodings: today's and the one proposed in 2011. */
package org.vmstate.parser.xbzrle;
