#include "Backends.h"
#include "KeptBytes.h"

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

/// Bytes that are true, from a bit for each.
static inline __m256i true_bytes(uint32_t set) {
  const __m256i bit = _mm256_set1_epi64x((int64_t)0x8040201008040201);
  __m256i spread = _mm256_shuffle_epi8(
      _mm256_set1_epi32((int32_t)set),
      _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303));
  return _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
}

static inline __m256i resolved_32(__m256i bytes, uint32_t escaped) {
  __m256i letters = _mm256_and_si256(_mm256_cmpgt_epi8(bytes, all(0x60)), true_bytes(escaped));
  __m256i halves = _mm256_and_si256(_mm256_srli_epi16(bytes, 1), all(0x0F));
  return _mm256_blendv_epi8(bytes, lookup_32(letter_meanings, halves), letters);
}

static inline block resolved(block bytes, uint64_t escaped) {
  return (block){
      resolved_32(bytes.low, (uint32_t)escaped),
      resolved_32(bytes.high, (uint32_t)(escaped >> 32))};
}

/// Stores the bytes of two groups of eight that are kept, and returns the end.
static inline uint8_t *store_kept_16(uint8_t *bytes, __m128i stored, uint32_t kept) {
  const uint64_t *low = kept_places + (kept & 0xFF), *high = kept_places + (kept >> 8 & 0xFF);
  __m128i places = _mm_set_epi64x((int64_t)*high, (int64_t)*low);
  __m128i moved =
      _mm_shuffle_epi8(stored, _mm_add_epi8(places, _mm_set_epi64x(0x0808080808080808, 0)));
  _mm_storel_epi64((__m128i *)(void *)bytes, moved);
  bytes += __builtin_popcount(kept & 0xFF);
  _mm_storeh_pi((__m64 *)(void *)bytes, _mm_castsi128_ps(moved));
  return bytes + __builtin_popcount(kept >> 8 & 0xFF);
}

static inline void store_kept(uint8_t *bytes, block stored, uint64_t kept) {
  bytes = store_kept_16(bytes, _mm256_castsi256_si128(stored.low), (uint32_t)kept);
  bytes = store_kept_16(
      bytes, _mm256_extracti128_si256(stored.low, 1), (uint32_t)(kept >> 16));
  bytes = store_kept_16(bytes, _mm256_castsi256_si128(stored.high), (uint32_t)(kept >> 32));
  store_kept_16(bytes, _mm256_extracti128_si256(stored.high, 1), (uint32_t)(kept >> 48));
}

#define HAS_LIST
/// Eight bits at a time, whatever they are: no branch depends on them.
static inline size_t list(uint64_t found, uint32_t base, uint32_t *places) {
  __m256i first = _mm256_set1_epi32((int32_t)base);
  size_t count = 0;
  for (int group = 0; group < 8; group += 1) {
    unsigned set = (unsigned)(found >> 8 * group) & 0xFF;
    __m256i kept = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)kept_places[set]));
    _mm256_storeu_si256(
        (__m256i *)(void *)(places + count), _mm256_add_epi32(kept, first));
    first = _mm256_add_epi32(first, _mm256_set1_epi32(8));
    count += (size_t)__builtin_popcount(set);
  }
  return count;
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
