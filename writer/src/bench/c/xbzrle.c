/*
 * Encoder and decoder of today's XBZRLE grammar in portable C, for comparison. Written from the
 * description of the format, with word-wise comparison; prints pages a second.
 * Usage: xbzrle encode|decode CHANGED
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PAGE = 4096, PAGES = 256 };

static int put(uint8_t *out, uint32_t value) {
  if (value < 0x80) {
    out[0] = value;
    return 1;
  }
  out[0] = value | 0x80;
  out[1] = value >> 7;
  return 2;
}

static int get(const uint8_t *in, uint32_t *value) {
  *value = in[0] & 0x7f;
  if (!(in[0] & 0x80)) return 1;
  if (in[1] & 0x80) return -1;
  *value |= (uint32_t)in[1] << 7;
  return 2;
}

static uint64_t word(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, 8);
  return value;
}

static int encode(const uint8_t *before, const uint8_t *after, uint8_t *delta, int length) {
  const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
  int in = 0, out = 0;
  while (in < length) {
    if (out + 2 > length) return -1;
    int start = in;
    while (in + 8 <= length && word(before + in) == word(after + in)) in += 8;
    while (in < length && before[in] == after[in]) in++;
    if (in == length) return out;
    out += put(delta + out, in - start);
    if (out + 2 > length) return -1;
    start = in;
    while (in + 8 <= length) {
      uint64_t x = word(before + in) ^ word(after + in);
      if ((x - ones) & ~x & high) break;
      in += 8;
    }
    while (in < length && before[in] != after[in]) in++;
    out += put(delta + out, in - start);
    if (out + in - start > length) return -1;
    memcpy(delta + out, after + start, in - start);
    out += in - start;
  }
  return out;
}

static int decode(const uint8_t *delta, int size, uint8_t *page, int length) {
  int in = 0, out = 0;
  while (in < size) {
    uint32_t run, count;
    if (size - in < 2) return -1;
    int n = get(delta + in, &run);
    if (n < 0 || (in && !run)) return -1;
    in += n;
    out += run;
    if (out > length || size - in < 2) return -1;
    n = get(delta + in, &count);
    if (n < 0 || !count) return -1;
    in += n;
    if (count > (uint32_t)(length - out) || count > (uint32_t)(size - in)) return -1;
    memcpy(page + out, delta + in, count);
    in += count;
    out += count;
  }
  return out;
}

/* the generator of java.util.Random */
static uint64_t seed;

static int bits(int count) {
  seed = (seed * 0x5deece66dull + 0xb) & ((1ull << 48) - 1);
  return (int32_t)(seed >> (48 - count));
}

static int below(int bound) {
  if (!(bound & -bound ^ bound)) return (int)((bound * (int64_t)(uint32_t)bits(31)) >> 31);
  int r, v;
  do {
    r = bits(31) & 0x7fffffff;
    v = r % bound;
  } while (r - v + (bound - 1) < 0);
  return v;
}

int main(int argc, char **argv) {
  static uint8_t before[PAGES][PAGE], after[PAGES][PAGE], deltas[PAGES][PAGE], delta[PAGE];
  static int lengths[PAGES];
  if (argc < 3) return 2;
  int decoding = argv[1][0] == 'd', changed = atoi(argv[2]);
  seed = (42 ^ 0x5deece66dull) & ((1ull << 48) - 1);
  for (int i = 0; i < PAGES; i++) {
    for (int k = 0; k < PAGE; k += 4) {
      uint32_t r = (uint32_t)bits(32);
      memcpy(before[i] + k, &r, 4);
    }
    memcpy(after[i], before[i], PAGE);
    for (int n = 0; n < changed; n++) {
      int at = below(PAGE);
      after[i][at] ^= 1 + below(255);
    }
    int length = encode(before[i], after[i], deltas[i], PAGE);
    lengths[i] = length < 0 ? 0 : length;
  }
  long sum = 0;
  double best = 0;
  for (int round = 0; round < 5; round++) {
    struct timespec from, to;
    long done = 0;
    double seconds;
    clock_gettime(CLOCK_MONOTONIC, &from);
    do {
      for (int i = 0; i < PAGES; i++) {
        sum += decoding ? decode(deltas[i], lengths[i], before[i], PAGE)
                        : encode(before[i], after[i], delta, PAGE);
      }
      done += PAGES;
      clock_gettime(CLOCK_MONOTONIC, &to);
      seconds = (to.tv_sec - from.tv_sec) + (to.tv_nsec - from.tv_nsec) / 1e9;
    } while (seconds < 0.6);
    if (done / seconds > best) best = done / seconds;
  }
  printf("%.0f\n", best);
  return sum == 42;
}
