/** Decompresses gzip, bzip2, xz, lzop and zstd, and turns the libraries' errors into ours. */
package org.vmstate.parser.compress;
