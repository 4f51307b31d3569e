/** Tests of the rules of both XBZRLE encodings. */
package org.vmstate.parser.xbzrle;
