package org.vmstate.analyzer.check;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.vmstate.testkit.ImageBytes;

class VirtioBlobTest {
  private static byte[] blob(long features) {
    return new ImageBytes()
        .zeros(300)
        .u8(5)
        .name("virtio/64bit_features")
        .be32(1)
        .be64(features)
        .toBytes();
  }

  @Test
  void addressesAreTranslatedWhenThePlatformGrantsAccess() {
    assertTrue(VirtioBlob.isTranslated(blob(3L << 32)));
    assertFalse(VirtioBlob.isTranslated(blob(1L << 32)));
    assertFalse(VirtioBlob.isTranslated(new byte[300]));
    assertFalse(VirtioBlob.isTranslated(Arrays.copyOf(blob(3L << 32), 330)));
  }
}
