#include "CVector.h"
#include "Vectors.h"

#if defined(__x86_64__)
#include <immintrin.h>

int dsel_vector_is_supported(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
}

/// The numbers 0 to 63, one per byte.
static const uint8_t numbers[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

/// Writes the places of the set bits, 16 at a time, and returns their number.
static inline VECTOR size_t list(uint64_t bits, uint32_t base, uint32_t *places) {
  size_t count = (size_t)__builtin_popcountll(bits);
  __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers));
  __m512i first = _mm512_set1_epi32((int)base);
  _mm512_storeu_si512(
      places, _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found))));
  if (__builtin_expect(count > 16, 0)) {
    _mm512_storeu_si512(
        places + 16,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 1))));
    _mm512_storeu_si512(
        places + 32,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 2))));
    _mm512_storeu_si512(
        places + 48,
        _mm512_add_epi32(first, _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 3))));
  }
  return count;
}

static inline VECTOR __mmask64 is_in(__m512i bytes, char first, char count) {
  return _mm512_cmplt_epu8_mask(
      _mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(count));
}

/// The classes of a block of up to 64 bytes, one bit per byte.
typedef struct {
  size_t count;
  uint64_t word, other;
  /// The bytes that begin a token even if the byte before has the same class.
  ///
  /// `break_behind` is this bit for the byte after the 64th.
  uint64_t breaks, break_behind;
} classes;

static inline void set_break(classes *block, size_t at) {
  if (at < 64) {
    block->breaks |= 1ull << at;
  } else {
    block->break_behind = 1;
  }
}

/// The complete scalar at `bytes`, and its number of bytes: 2 to 4.
static inline uint32_t scalar(const uint8_t *bytes, size_t *length) {
  uint32_t second = bytes[1] & 0x3F;
  if (bytes[0] < 0xE0) {
    *length = 2;
    return (bytes[0] & 0x1Fu) << 6 | second;
  }
  uint32_t third = bytes[2] & 0x3F;
  if (bytes[0] < 0xF0) {
    *length = 3;
    return (bytes[0] & 0x0Fu) << 12 | second << 6 | third;
  }
  *length = 4;
  return (bytes[0] & 0x07u) << 18 | second << 12 | third << 6 | (bytes[3] & 0x3Fu);
}

/// Adds a scalar of a class, which stands at `at`.
static inline void add_scalar(
    classes *block, unsigned class_index, size_t at, size_t length, uint64_t other_before,
    int joins_marks) {
  uint64_t bits = ((1ull << length) - 1) << at;
  switch (class_index) {
  case 1: break;
  case 2: block->word |= bits; break;
  case 3:
    if (!joins_marks) {
      block->other |= bits;
      break;
    }
    if ((block->other << 1 | other_before) >> at & 1) {
      block->other |= bits;
    } else {
      block->word |= bits;
    }
    if (block->breaks >> at & 1) {
      block->breaks &= ~(1ull << at);
      set_break(block, at + length);
    }
    break;
  case 4:
    block->word |= bits;
    if (joins_marks) {
      set_break(block, at);
      set_break(block, at + length);
    }
    break;
  default: block->other |= bits;
  }
}

/// Adds the scalars beyond ASCII, whose bytes are set in `marked`.
///
/// Ends the block before a scalar that isn't completely within it, or that is left to the caller.
static inline void add_scalars(
    classes *block, uint64_t marked, const uint8_t *text, uint8_t *lowered, uint64_t other_before,
    const dsel_scalars *scalars) {
  while (marked) {
    size_t at = (size_t)__builtin_ctzll(marked), length;
    uint32_t value = scalar(text + at, &length);
    uint16_t properties =
        scalars->blocks[(uint32_t)scalars->block_numbers[value >> 8] << 8 | (value & 0xFF)];
    int is_whole = at + length <= block->count;
    if (__builtin_expect(is_whole && properties >> 5 != 0 && value != 0x3A3, 0)) {
      uint32_t lower = scalars->lowercase[(properties >> 5) - 1];
      if (length_of(lower) == length) {
        encode(lower, length, lowered + at);
        properties =
            scalars->blocks[(uint32_t)scalars->block_numbers[lower >> 8] << 8 | (lower & 0xFF)] & 7;
      }
    }
    if (!is_whole || properties >> 5 != 0 || value == 0x130) {
      block->count = at;
      return;
    }
    marked &= ~(((1ull << length) - 1) << at);
    add_scalar(block, properties & 7, at, length, other_before, scalars->joins_marks);
  }
}

/// Adds the most frequent scalars beyond ASCII all at once, if they are completely within the
/// block: letters of Latin-1, the punctuation of U+2010 to U+2027, kana, and most ideographs.
///
/// Lower-cases them in `lower`, and returns `marked` without their bytes.
static inline VECTOR uint64_t add_common(
    classes *block, uint64_t marked, __m512i bytes, uint64_t valid, __m512i *lower,
    const dsel_scalars *scalars) {
  // The bit of each scalar's first byte, found by the byte after it.
  uint64_t letters = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xC3)) & valid >> 1;
  // The signs of multiplication and division.
  letters &= ~((_mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0x97)) |
                _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xB7))) >> 1);
  uint64_t capitals = letters << 1 & is_in(bytes, (char)0x80, 0x1F);
  *lower = _mm512_mask_add_epi8(*lower, capitals, bytes, _mm512_set1_epi8(0x20));
  letters |= letters << 1;

  uint64_t second80 = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0x80)) >> 1;
  uint64_t punctuation = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xE2)) & second80 &
                         is_in(bytes, (char)0x90, 0x18) >> 2 & valid >> 2;
  punctuation |= punctuation << 1 | punctuation << 2;

  uint64_t singles = scalars->has_ideographs ? is_in(bytes, (char)0xE5, 4) : 0;
  uint64_t kana = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xE3));
  if (kana) {
    uint64_t found = 0;
    for (int row = 0; row < 3; row += 1) {
      __m512i is_single = _mm512_permutexvar_epi8(
          bytes, _mm512_loadu_si512(scalars->kana + 64 * row));
      found |= _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)(0x81 + row))) >> 1 &
               _mm512_movepi8_mask(is_single) >> 2;
    }
    singles |= kana & found;
  }
  singles &= valid >> 2;
  if (scalars->joins_marks) {
    block->breaks |= singles | singles << 3;
    block->break_behind |= singles >> 61;
  }
  singles |= singles << 1 | singles << 2;

  block->word |= letters | singles;
  block->other |= punctuation;
  return marked & ~(letters | punctuation | singles);
}

VECTOR size_t dsel_vector_tokenize(
    const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place, uint32_t *starts,
    uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars) {
  dsel_borders state = *borders;
  size_t done = 0;
  while (done < count) {
    classes block = {.count = count - done < 64 ? count - done : 64, .breaks = state.break_before};
    uint64_t valid = ~0ull >> (64 - block.count);
    __m512i bytes = _mm512_maskz_loadu_epi8(valid, text + done);
    uint64_t beyond = _mm512_movepi8_mask(bytes);
    __m512i lower = _mm512_mask_add_epi8(
        bytes, is_in(bytes, 'A', 26), bytes, _mm512_set1_epi8(0x20));
    block.word = is_in(lower, 'a', 26) | is_in(bytes, '0', 10) |
                 _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8('_'));
    uint64_t space = is_in(bytes, 0x09, 5) | is_in(bytes, 0x1C, 5);
    block.other = ~(block.word | space | beyond);
    uint64_t marked = beyond ? add_common(&block, beyond, bytes, valid, &lower, scalars) : 0;
    _mm512_storeu_si512(lowered + done, lower);
    if (__builtin_expect(marked != 0, 0)) {
      add_scalars(&block, marked, text + done, lowered + done, state.other_before, scalars);
      if (block.count == 0) { break; }
      valid = ~0ull >> (64 - block.count);
    }
    uint64_t word = block.word & valid;
    uint64_t other = block.other & valid;
    uint64_t word_before = word << 1 | state.word_before;
    uint64_t other_before = other << 1 | state.other_before;
    uint64_t broken = block.breaks & word & word_before;
    uint64_t begins = (word & ~word_before) | (other & ~other_before) | broken;
    uint64_t finishes = ((~word & word_before) | (~other & other_before) | broken) & valid;
    state.word_before = word >> (block.count - 1);
    state.other_before = other >> (block.count - 1);
    state.break_before =
        block.count < 64 ? block.breaks >> block.count & 1 : block.break_behind;
    uint32_t base = place + (uint32_t)done;
    state.start_count += list(begins, base, starts + state.start_count);
    state.end_count += list(finishes, base, ends + state.end_count);
    done += block.count;
  }
  *borders = state;
  return done;
}

/// XXH3-64 with the default secret, for 1 to 3 and for 4 to 8 bytes:
/// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
///
/// Steps that differ between the two, or by length, are selected lane by lane.
VECTOR size_t dsel_vector_hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *others) {
  // The bytes of the text that make the key, by length modulo 8. For 1 to 3: the last, none (the
  // length goes there), the first, the middle one. For 4 to 8: the last four, and the first four
  // above them.
  const __m512i choice = _mm512_setr_epi64(
      0x0302010007060504, (int64_t)0x8080808000008000, (int64_t)0x8080808001008001,
      (int64_t)0x8080808001008002, 0x0302010003020100, 0x0302010004030201, 0x0302010005040302,
      0x0302010006050403);
  const __m512i odd = _mm512_setr_epi64(
      0, 0x0808080808080808, 0, 0x0808080808080808, 0, 0x0808080808080808, 0, 0x0808080808080808);
  // Words of the secret: 0 ^ 4 (of four bytes) and the length for short tokens, 8 ^ 16 (of eight)
  // for longer ones.
  const int64_t flip_short = 0x396CFEB8u ^ 0xBE4BA423u;
  const int64_t flip_long = 0x1CAD21F72C81017CLL ^ (int64_t)0xDB979083E96DD4DEull;
  const __m512i flip = _mm512_setr_epi64(
      flip_long, flip_short ^ 0x100, flip_short ^ 0x200, flip_short ^ 0x300, flip_long, flip_long,
      flip_long, flip_long);
  // The finalisation of XXH64 for short tokens, rrmxmx for longer ones.
  const __m512i prime_short1 = _mm512_set1_epi64((int64_t)0xC2B2AE3D27D4EB4Full);
  const __m512i prime_short2 = _mm512_set1_epi64(0x165667B19E3779F9LL);
  const __m512i prime = _mm512_set1_epi64((int64_t)0x9FB21C651E98DF25ull);
  size_t other_count = 0;
  for (size_t index = 0; index < count; index += 8) {
    __mmask8 valid = count - index < 8 ? (__mmask8)((1u << (count - index)) - 1) : 0xFF;
    __m256i start = _mm256_maskz_loadu_epi32(valid, starts + index);
    __m256i length32 = _mm256_sub_epi32(_mm256_maskz_loadu_epi32(valid, ends + index), start);
    __mmask8 is_short = _mm256_cmple_epu32_mask(length32, _mm256_set1_epi32(3));
    __m512i length = _mm512_cvtepu32_epi64(length32);
    __m512i text =
        _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), valid, start, bytes, 1);

    __m512i chosen = _mm512_or_si512(_mm512_permutexvar_epi64(length, choice), odd);
    __m512i hash = _mm512_xor_si512(
        _mm512_shuffle_epi8(text, chosen), _mm512_permutexvar_epi64(length, flip));
    __m512i turned = _mm512_xor_si512(_mm512_rol_epi64(hash, 49), _mm512_rol_epi64(hash, 24));
    hash = _mm512_xor_si512(hash, _mm512_mask_srli_epi64(turned, is_short, hash, 33));
    hash = _mm512_mullo_epi64(hash, _mm512_mask_blend_epi64(is_short, prime, prime_short1));
    __m512i shifted = _mm512_srlv_epi64(
        hash, _mm512_mask_blend_epi64(is_short, _mm512_set1_epi64(35), _mm512_set1_epi64(29)));
    shifted = _mm512_mask_add_epi64(shifted, (__mmask8)~is_short, shifted, length);
    hash = _mm512_xor_si512(hash, shifted);
    hash = _mm512_mullo_epi64(hash, _mm512_mask_blend_epi64(is_short, prime, prime_short2));
    hash = _mm512_xor_si512(
        hash,
        _mm512_srlv_epi64(
            hash, _mm512_mask_blend_epi64(is_short, _mm512_set1_epi64(28), _mm512_set1_epi64(32))));
    _mm512_mask_storeu_epi64(hashes + index, valid, hash);

    __mmask8 is_other =
        _mm256_mask_cmpgt_epu32_mask(valid, length32, _mm256_set1_epi32(8));
    __m256i number = _mm256_add_epi32(
        _mm256_set1_epi32((int)index), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    _mm256_storeu_si256(
        (__m256i *)(others + other_count), _mm256_maskz_compress_epi32(is_other, number));
    other_count += (size_t)__builtin_popcount(is_other);
  }
  return other_count;
}

/// The number of buckets and, if it is a power of two, the shift that replaces the multiplication.
typedef struct {
  __m512i factor;
  __m128i shift;
  int is_power;
} bucket_range;

static inline VECTOR bucket_range range_of(uint64_t count) {
  bucket_range range = {
      .factor = _mm512_set1_epi64((int64_t)count),
      .shift = _mm_cvtsi64_si128(64 - __builtin_ctzll(count)),
      .is_power = (count & (count - 1)) == 0};
  return range;
}

/// The high half of the product of each hash and the number of buckets, which has at most 32 bits.
static inline VECTOR __m256i buckets(__m512i hashes, bucket_range range) {
  if (range.is_power) { return _mm512_cvtepi64_epi32(_mm512_srl_epi64(hashes, range.shift)); }
  __m512i low = _mm512_srli_epi64(_mm512_mul_epu32(hashes, range.factor), 32);
  __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(hashes, 32), range.factor);
  return _mm512_cvtepi64_epi32(_mm512_srli_epi64(_mm512_add_epi64(high, low), 32));
}

VECTOR void dsel_vector_buckets(
    const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids) {
  const bucket_range range = range_of(bucket_count);
  for (size_t index = 0; index < count; index += 8) {
    __mmask8 valid = count - index < 8 ? (__mmask8)((1u << (count - index)) - 1) : 0xFF;
    __m512i hash = _mm512_maskz_loadu_epi64(valid, hashes + index);
    _mm256_mask_storeu_epi32(ids + index, valid, buckets(hash, range));
  }
}

VECTOR void dsel_vector_mix(
    const uint64_t *shorter, const uint64_t *hashes, size_t count, uint64_t bucket_count,
    uint64_t *grams, uint32_t *ids) {
  const bucket_range range = range_of(bucket_count);
  const __m512i multiplier = _mm512_set1_epi64((int64_t)0x9E3779B97F4A7C15ull);
  for (size_t index = 0; index < count; index += 8) {
    __mmask8 valid = count - index < 8 ? (__mmask8)((1u << (count - index)) - 1) : 0xFF;
    __m512i before = _mm512_maskz_loadu_epi64(valid, shorter + index);
    __m512i hash = _mm512_maskz_loadu_epi64(valid, hashes + index);
    __m512i gram = _mm512_mullo_epi64(
        _mm512_add_epi64(_mm512_rol_epi64(before, 29), hash), multiplier);
    if (grams) { _mm512_mask_storeu_epi64(grams + index, valid, gram); }
    _mm256_mask_storeu_epi32(ids + index, valid, buckets(gram, range));
  }
}

VECTOR int64_t dsel_vector_sum(
    const int16_t *values, size_t value_count, const uint32_t *ids, size_t count) {
  const __m512i limit = _mm512_set1_epi32((int)(uint32_t)value_count);
  __m512i sums = _mm512_setzero_si512();
  unsigned all_valid = 1;
  for (size_t index = 0; index < count; index += 16) {
    __mmask16 valid = count - index < 16 ? (__mmask16)((1u << (count - index)) - 1) : 0xFFFF;
    __m512i id = _mm512_maskz_loadu_epi32(valid, ids + index);
    __mmask16 below = _mm512_mask_cmplt_epu32_mask(valid, id, limit);
    all_valid &= below == valid;
    // Two values each, of which the lower one counts.
    __m512i pair = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), below, id, values, 2);
    sums = _mm512_add_epi32(sums, _mm512_srai_epi32(_mm512_slli_epi32(pair, 16), 16));
  }
  if (!all_valid) { __builtin_trap(); }
  return _mm512_reduce_add_epi32(sums);
}

#else

// Never called: other processors run the Swift code.
int dsel_vector_is_supported(void) { return 0; }

size_t dsel_vector_tokenize(
    const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place, uint32_t *starts,
    uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars) {
  __builtin_trap();
}

size_t dsel_vector_hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *others) {
  __builtin_trap();
}

void dsel_vector_buckets(
    const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids) {
  __builtin_trap();
}

void dsel_vector_mix(
    const uint64_t *shorter, const uint64_t *hashes, size_t count, uint64_t bucket_count,
    uint64_t *grams, uint32_t *ids) {
  __builtin_trap();
}

int64_t dsel_vector_sum(
    const int16_t *values, size_t value_count, const uint32_t *ids, size_t count) {
  __builtin_trap();
}

#endif
