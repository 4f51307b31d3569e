package org.vmstate.writer.bench;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vmstate.parser.xbzrle.XbzrleDecoder;
import org.vmstate.writer.xbzrle.XbzrleEncoder;

/**
 * Pages a second through encoder and decoder. The C program beside makes the same pages from the
 * same generator and follows the same grammar; {@code .ci/bench-xbzrle} runs both in turn.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
public class XbzrleBenchmark {
  static final int PAGES = 256;
  static final int PAGE = 4096;

  /** Changed bytes in a page, at random places. */
  @Param({"1", "8", "64", "512", "2048"})
  public int changed;

  private final byte[][] before = new byte[PAGES][PAGE];
  private final byte[][] after = new byte[PAGES][];
  private final byte[][] deltas = new byte[PAGES][];
  private final byte[] delta = new byte[PAGE];
  private final byte[] page = new byte[PAGE];

  /** Makes the pages. */
  @Setup
  public void make() {
    Random random = new Random(42);
    for (int i = 0; i < PAGES; i++) {
      random.nextBytes(before[i]);
      after[i] = before[i].clone();
      for (int n = 0; n < changed; n++) {
        after[i][random.nextInt(PAGE)] ^= (byte) (1 + random.nextInt(255));
      }
      int length = XbzrleEncoder.encode(before[i], after[i], delta);
      deltas[i] = length < 0 ? new byte[0] : Arrays.copyOf(delta, length);
    }
  }

  /** Encodes every page. */
  @Benchmark
  @OperationsPerInvocation(PAGES)
  public int encode() {
    int sum = 0;
    for (int i = 0; i < PAGES; i++) {
      sum += XbzrleEncoder.encode(before[i], after[i], delta);
    }
    return sum;
  }

  /** Decodes every delta into its own page, which stays the same. */
  @Benchmark
  @OperationsPerInvocation(PAGES)
  public int decode() {
    int sum = 0;
    for (int i = 0; i < PAGES; i++) {
      sum += XbzrleDecoder.apply(deltas[i], before[i]).isEmpty() ? 1 : 0;
    }
    return sum + page[0];
  }
}
