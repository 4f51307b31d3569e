/**
 * The one family of exceptions for bad input. Nothing else escapes a parser, whatever the file
 * holds; each names the place, as an absolute offset and as a path through the structure.
 */
package org.vmstate.formats.error;
