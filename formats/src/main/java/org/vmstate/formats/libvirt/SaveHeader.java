package org.vmstate.formats.libvirt;

import org.vmstate.formats.ByteRange;

/**
 * What a libvirt save image puts in front of the QEMU stream.
 *
 * @param complete false for an image with the partial magic
 * @param version header version
 * @param bigEndian true when the saving host was big-endian
 * @param dataLength bytes between the header and the stream
 * @param running true when the guest is to be resumed after a restore
 * @param compression how the stream is compressed
 * @param cookieOffset offset of the cookie from the end of the header, 0 for none
 * @param features feature bits of version 3, else 0
 * @param xml range of the domain XML without its terminator
 * @param cookie range of the cookie XML without its terminator, empty when there is none
 * @param streamOffset file offset of the stream
 */
public record SaveHeader(
    boolean complete,
    long version,
    boolean bigEndian,
    long dataLength,
    boolean running,
    Compression compression,
    long cookieOffset,
    long features,
    ByteRange xml,
    ByteRange cookie,
    long streamOffset) {}
