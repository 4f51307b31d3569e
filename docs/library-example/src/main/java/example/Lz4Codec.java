package example;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import org.vmstate.writer.xbzrle.DeltaCodec;
import org.vmstate.writer.xbzrle.DeltaEncoder;

/** LZ4 of the XOR of a page with what the receiver has; cache and rules are those of QEMU. */
public final class Lz4Codec implements DeltaCodec {
  @Override
  public String name() {
    return "lz4";
  }

  @Override
  public int header() {
    return 3;
  }

  @Override
  public DeltaEncoder encoder(int pageSize) {
    LZ4Compressor lz4 = LZ4Factory.safeInstance().fastCompressor();
    byte[] xor = new byte[pageSize];
    return (before, after, delta) -> {
      int changed = 0;
      for (int i = 0; i < pageSize; i++) {
        xor[i] = (byte) (before[i] ^ after[i]);
        changed |= xor[i];
      }
      try {
        return changed == 0 ? 0 : lz4.compress(xor, 0, pageSize, delta, 0, delta.length);
      } catch (LZ4Exception e) {
        return DeltaEncoder.OVERFLOW;
      }
    };
  }
}
