#include "CVector.h"

// Eight ids a round. A loop of single ids takes five short instructions, and how fast it is depends
// on where the linker puts it: by half as much again where it lies across two blocks of 64 bytes.

size_t dsel_count(
    uint16_t *counts, size_t bucket_count, const uint32_t *ids, size_t count) {
  size_t index = 0;
  for (; index + 8 <= count; index += 8) {
#pragma GCC unroll 8
    for (size_t lane = 0; lane < 8; lane += 1) {
      uint32_t id = ids[index + lane];
      if (__builtin_expect(id >= bucket_count, 0)) { __builtin_trap(); }
      if (__builtin_expect(++counts[id] == 0, 0)) { return index + lane + 1; }
    }
  }
  for (; index < count; index += 1) {
    uint32_t id = ids[index];
    if (id >= bucket_count) { __builtin_trap(); }
    if (++counts[id] == 0) { return index + 1; }
  }
  return count;
}

// Whether a bucket is new can't be predicted, so it is written in any case. Sums of comparisons are
// compiled to additions with carry.
static inline size_t count_folded(
    uint8_t *counts, uint16_t *buckets, size_t distinct_count, uint32_t id, unsigned shift) {
  uint16_t bucket = (uint16_t)(id >> shift);
  uint8_t count = counts[bucket];
  buckets[distinct_count] = bucket;
  counts[bucket] = (uint8_t)(count + (count != UINT8_MAX));
  return distinct_count + (count == 0);
}

size_t dsel_count_folded(
    uint8_t *restrict counts, uint16_t *restrict buckets, size_t distinct_count,
    const uint32_t *restrict ids, size_t count, unsigned shift) {
  size_t index = 0;
  // The shift of 2^20 buckets, which is the usual one.
  if (shift == 4) {
    for (; index + 8 <= count; index += 8) {
#pragma GCC unroll 8
      for (size_t lane = 0; lane < 8; lane += 1) {
        distinct_count = count_folded(counts, buckets, distinct_count, ids[index + lane], 4);
      }
    }
  }
  for (; index < count; index += 1) {
    distinct_count = count_folded(counts, buckets, distinct_count, ids[index], shift & 31);
  }
  return distinct_count;
}

size_t dsel_count_folded_ids(
    uint8_t *restrict counts, uint16_t *restrict buckets, size_t distinct_count,
    const uint16_t *restrict ids, size_t count) {
  for (size_t index = 0; index < count; index += 1) {
    distinct_count = count_folded(counts, buckets, distinct_count, ids[index], 0);
  }
  return distinct_count;
}

// Ranks of a few ids are looked up before any of them is counted. Both tables are large, and the
// processor waits less if it needn't know first where the counts before were written.
#define RANKS_AT_ONCE 32

size_t dsel_count_ranks(
    const uint32_t *restrict ranks, size_t bucket_count, uint32_t none, uint32_t *restrict counts,
    uint32_t *restrict found, size_t found_count, const uint32_t *restrict ids, size_t count) {
  uint32_t known[RANKS_AT_ONCE];
  for (size_t start = 0; start < count; start += RANKS_AT_ONCE) {
    size_t length = count - start < RANKS_AT_ONCE ? count - start : RANKS_AT_ONCE;
    for (size_t index = 0; index < length; index += 1) {
      uint32_t id = ids[start + index];
      if (__builtin_expect(id >= bucket_count, 0)) { __builtin_trap(); }
      uint32_t rank = ranks[id];
      known[index] = rank < none ? rank : none;
    }
    for (size_t index = 0; index < length; index += 1) {
      uint32_t rank = known[index];
      uint32_t before = counts[rank];
      // Whether it is new can't be predicted, so it is written in any case.
      found[found_count] = rank;
      found_count += before == 0;
      counts[rank] = before + 1;
    }
  }
  return found_count;
}
