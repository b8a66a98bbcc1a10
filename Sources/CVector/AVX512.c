#include "Backends.h"
#include "Scalars.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                                                      \
    __attribute__((target(                                                                         \
        "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt"))),            \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#endif

typedef __m512i block;
typedef uint64_t lanes;

static inline __m512i all(uint8_t value) { return _mm512_set1_epi8((char)value); }

static inline block load(const uint8_t *bytes) { return _mm512_loadu_si512(bytes); }

static inline block load_part(const uint8_t *bytes, size_t count) {
  return _mm512_maskz_loadu_epi8(_bzhi_u64(~0ull, (unsigned)count), bytes);
}

static inline void store(uint8_t *bytes, block stored) { _mm512_storeu_si512(bytes, stored); }

static inline lanes equal(block bytes, uint8_t value) {
  return _mm512_cmpeq_epi8_mask(bytes, all(value));
}

static inline lanes is_in(block bytes, uint8_t first, uint8_t count) {
  return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, all(first)), all(count));
}

static inline lanes is_beyond(block bytes) { return _mm512_movepi8_mask(bytes); }

static inline lanes either(lanes one, lanes other) { return one | other; }

static inline uint64_t bits(lanes set) { return set; }

static inline block lowercase(block bytes) {
  return _mm512_mask_add_epi8(bytes, is_in(bytes, 'A', 26), bytes, all(0x20));
}

#define HAS_RAISED
static inline void store_raised(uint8_t *bytes, block stored, uint64_t chosen) {
  store(bytes, _mm512_mask_add_epi8(stored, chosen, stored, all(0x20)));
}

/// The numbers 0 to 63, one per byte.
static const uint8_t numbers[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/// Writes the places of the set bits, 16 at a time, and returns their number.
#define HAS_LIST
static inline size_t list(uint64_t found, uint32_t base, uint32_t *places) {
  size_t count = (size_t)__builtin_popcountll(found);
  __m512i chosen = _mm512_maskz_compress_epi8(found, _mm512_loadu_si512(numbers));
  __m512i first = _mm512_set1_epi32((int)base);
  _mm512_storeu_si512(
      places, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(chosen))));
  if (__builtin_expect(count > 16, 0)) {
    _mm512_storeu_si512(
        places + 16,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(chosen, 1))));
    _mm512_storeu_si512(
        places + 32,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(chosen, 2))));
    _mm512_storeu_si512(
        places + 48,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(chosen, 3))));
  }
  return count;
}

// MARK: UTF-8 and escapes

static inline block lookup(const uint8_t *table, block indices) {
  return _mm512_shuffle_epi8(
      _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(const void *)table)), indices);
}

static inline block low_halves(block bytes) { return _mm512_and_si512(bytes, all(0x0F)); }

static inline block high_halves(block bytes) {
  return low_halves(_mm512_srli_epi16(bytes, 4));
}

/// A macro, because the distance must be a constant.
#define before(bytes, preceding, distance)                                                         \
  _mm512_alignr_epi8(                                                                              \
      bytes,                                                                                       \
      _mm512_permutex2var_epi64(                                                                   \
          preceding, _mm512_setr_epi64(6, 7, 8, 9, 10, 11, 12, 13), bytes),                        \
      16 - (distance))

static inline block both(block one, block other) { return _mm512_and_si512(one, other); }

static inline block less(block bytes, uint8_t value) {
  return _mm512_subs_epu8(bytes, all(value));
}

static inline int has_faults(block faults, lanes allowed) {
  return _mm512_cmpneq_epi8_mask(faults, _mm512_maskz_mov_epi8(allowed, all(0x80))) != 0;
}

static inline block resolved(block bytes, uint64_t escaped) {
  return _mm512_mask_mov_epi8(
      bytes, escaped,
      _mm512_permutex2var_epi8(
          _mm512_loadu_si512(meanings), bytes, _mm512_loadu_si512(meanings + 64)));
}

static inline void store_kept(uint8_t *bytes, block stored, uint64_t kept) {
  _mm512_storeu_si512(bytes, _mm512_maskz_compress_epi8(kept, stored));
}

#define HAS_LOOKUPS
#define HAS_VECTOR_MIX
#include "Kernels.h"
#include "AVX512Hashes.h"

const dsel_backend dsel_avx512 = DSEL_BACKEND("avx512");

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
