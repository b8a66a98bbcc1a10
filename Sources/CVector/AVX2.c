#include "Backends.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(                                                                      \
    __attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif

typedef struct {
  __m256i low, high;
} block;

/// All bits of a byte that is true.
typedef block lanes;

static inline __m256i all(uint8_t value) { return _mm256_set1_epi8((char)value); }

static inline block load(const uint8_t *bytes) {
  return (block){
      _mm256_loadu_si256((const __m256i *)(const void *)bytes),
      _mm256_loadu_si256((const __m256i *)(const void *)(bytes + 32))};
}

static inline block load_part(const uint8_t *bytes, size_t count) {
  uint8_t copy[64] = {0};
  if (count > 0) { memcpy(copy, bytes, count); }
  return load(copy);
}

static inline void store(uint8_t *bytes, block stored) {
  _mm256_storeu_si256((__m256i *)(void *)bytes, stored.low);
  _mm256_storeu_si256((__m256i *)(void *)(bytes + 32), stored.high);
}

static inline lanes equal(block bytes, uint8_t value) {
  return (lanes){
      _mm256_cmpeq_epi8(bytes.low, all(value)), _mm256_cmpeq_epi8(bytes.high, all(value))};
}

/// The range is moved to begin at the smallest signed number.
static inline lanes is_in(block bytes, uint8_t first, uint8_t count) {
  const __m256i shift = all((uint8_t)(0x80 - first)), limit = all((uint8_t)(0x80 + count));
  return (lanes){
      _mm256_cmpgt_epi8(limit, _mm256_add_epi8(bytes.low, shift)),
      _mm256_cmpgt_epi8(limit, _mm256_add_epi8(bytes.high, shift))};
}

static inline lanes is_beyond(block bytes) { return bytes; }

static inline lanes either(lanes one, lanes other) {
  return (lanes){_mm256_or_si256(one.low, other.low), _mm256_or_si256(one.high, other.high)};
}

static inline uint64_t bits(lanes set) {
  return (uint32_t)_mm256_movemask_epi8(set.low) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(set.high) << 32;
}

static inline block lowercase(block bytes) {
  lanes capitals = is_in(bytes, 'A', 26);
  return (block){
      _mm256_or_si256(bytes.low, _mm256_and_si256(capitals.low, all(0x20))),
      _mm256_or_si256(bytes.high, _mm256_and_si256(capitals.high, all(0x20)))};
}

static inline uint32_t first_bit(uint64_t found) { return (uint32_t)_tzcnt_u64(found); }

// MARK: UTF-8 and escapes

static inline __m256i lookup_32(const uint8_t *table, __m256i indices) {
  return _mm256_shuffle_epi8(
      _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table)), indices);
}

static inline block lookup(const uint8_t *table, block indices) {
  return (block){lookup_32(table, indices.low), lookup_32(table, indices.high)};
}

static inline block low_halves(block bytes) {
  return (block){
      _mm256_and_si256(bytes.low, all(0x0F)), _mm256_and_si256(bytes.high, all(0x0F))};
}

static inline block high_halves(block bytes) {
  return low_halves(
      (block){_mm256_srli_epi16(bytes.low, 4), _mm256_srli_epi16(bytes.high, 4)});
}

/// A macro, because the distance must be a constant.
#define before(bytes, preceding, distance)                                                         \
  ((block){                                                                                        \
      _mm256_alignr_epi8(                                                                          \
          (bytes).low, _mm256_permute2x128_si256((preceding).high, (bytes).low, 0x21),             \
          16 - (distance)),                                                                        \
      _mm256_alignr_epi8(                                                                          \
          (bytes).high, _mm256_permute2x128_si256((bytes).low, (bytes).high, 0x21),                \
          16 - (distance))})

static inline block both(block one, block other) {
  return (block){_mm256_and_si256(one.low, other.low), _mm256_and_si256(one.high, other.high)};
}

static inline block less(block bytes, uint8_t value) {
  return (block){
      _mm256_subs_epu8(bytes.low, all(value)), _mm256_subs_epu8(bytes.high, all(value))};
}

static inline int has_faults(block faults, lanes allowed) {
  __m256i found = _mm256_or_si256(
      _mm256_xor_si256(faults.low, _mm256_and_si256(allowed.low, all(0x80))),
      _mm256_xor_si256(faults.high, _mm256_and_si256(allowed.high, all(0x80))));
  return !_mm256_testz_si256(found, found);
}

#define HAS_LOOKUPS
#define HAS_VECTOR_HASH
#include "Kernels.h"
#include "AVX2Hashes.h"

const dsel_backend dsel_avx2 = DSEL_BACKEND("avx2");

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
