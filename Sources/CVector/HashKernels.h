#include <string.h>

/// XXH3-64 of 9 to 16 bytes with the default secret:
/// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
static inline uint64_t hash_9_to_16(const uint8_t *bytes, size_t start, size_t end) {
  uint64_t low, high;
  memcpy(&low, bytes + start, 8);
  memcpy(&high, bytes + end - 8, 8);
  // Words of the secret: 24 ^ 32, and 40 ^ 48.
  low ^= 0x1F67B3B7A4A44072ull ^ 0x78E5C0CC4EE679CBull;
  high ^= 0x2172FFCC7DD05A82ull ^ 0x8E2443F7744608B8ull;
  unsigned __int128 product = (unsigned __int128)low * high;
  uint64_t value = end - start + __builtin_bswap64(low) + high;
  value += (uint64_t)product ^ (uint64_t)(product >> 64);
  value = (value ^ value >> 37) * 0x165667919E3779F9ull;
  return value ^ value >> 32;
}

/// Hashes those of the tokens in `longer` that have 9 to 16 bytes, and returns how many are left in
/// it.
static inline size_t hash_longer(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, uint64_t *hashes,
    uint32_t *longer, size_t count) {
  size_t longer_count = 0;
  for (size_t index = 0; index < count; index += 1) {
    // No branch depends on the length. The hash of a longer token means nothing.
    uint32_t token = longer[index], length = ends[token] - starts[token];
    hashes[token] = hash_9_to_16(bytes, starts[token], ends[token]);
    longer[longer_count] = token;
    longer_count += length > 16;
  }
  return longer_count;
}

/// One value after the other: gathering them takes longer.
static int64_t sum(
    const int16_t *values, size_t value_count, const uint32_t *ids, size_t count) {
  int64_t sums[4] = {0};
  size_t index = 0;
  for (; index + 4 <= count; index += 4) {
    for (size_t lane = 0; lane < 4; lane += 1) {
      uint32_t id = ids[index + lane];
      if (__builtin_expect(id >= value_count, 0)) { __builtin_trap(); }
      sums[lane] += values[id];
    }
  }
  for (; index < count; index += 1) {
    if (ids[index] >= value_count) { __builtin_trap(); }
    sums[0] += values[ids[index]];
  }
  return sums[0] + sums[1] + sums[2] + sums[3];
}

#ifndef HAS_VECTOR_MIX
static inline uint64_t rotated(uint64_t value, unsigned count) {
  return value << count | value >> (64 - count);
}

#ifndef HAS_VECTOR_HASH
#include "SortedHashes.h"
#endif

/// In 32-bit parts, which compilers can turn into vectors. The count has at most 32 bits.
static inline uint32_t bucket(uint64_t value, uint64_t bucket_count) {
  uint64_t low = (value & 0xFFFFFFFF) * bucket_count >> 32;
  return (uint32_t)(((value >> 32) * bucket_count + low) >> 32);
}

/// The same for a power of two.
static inline uint32_t shifted_bucket(uint64_t value, unsigned shift) {
  return (uint32_t)(value >> 1 >> shift);
}

static inline int is_power(uint64_t count, unsigned *shift) {
  *shift = 63 - (unsigned)__builtin_ctzll(count);
  return (count & (count - 1)) == 0;
}

static void buckets(
    const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids) {
  unsigned shift;
  if (is_power(bucket_count, &shift)) {
    for (size_t index = 0; index < count; index += 1) {
      ids[index] = shifted_bucket(hashes[index], shift);
    }
    return;
  }
  for (size_t index = 0; index < count; index += 1) {
    ids[index] = bucket(hashes[index], bucket_count);
  }
}

static inline uint64_t mixed(uint64_t shorter, uint64_t value) {
  return (rotated(shorter, 29) + value) * 0x9E3779B97F4A7C15ull;
}

/// A loop for each case: compilers turn a condition within a loop into stores that are masked, and
/// some processors take 50 times as long for a masked store to a null pointer.
static void mix(
    const uint64_t *shorter, const uint64_t *hashes, size_t count, uint64_t bucket_count,
    uint64_t *grams, uint32_t *ids) {
  unsigned shift;
  if (grams) {
    for (size_t index = 0; index < count; index += 1) {
      grams[index] = mixed(shorter[index], hashes[index]);
      ids[index] = bucket(grams[index], bucket_count);
    }
  } else if (is_power(bucket_count, &shift)) {
    for (size_t index = 0; index < count; index += 1) {
      ids[index] = shifted_bucket(mixed(shorter[index], hashes[index]), shift);
    }
  } else {
    for (size_t index = 0; index < count; index += 1) {
      ids[index] = bucket(mixed(shorter[index], hashes[index]), bucket_count);
    }
  }
}

#endif
