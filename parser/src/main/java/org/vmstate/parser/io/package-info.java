/**
 * The one place with bounds checks, unsigned reads and limits: a forward cursor over a file, a heap
 * buffer or a stream.
 */
package org.vmstate.parser.io;
