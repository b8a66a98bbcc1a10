/// XXH3-64 of 1 to 3 and of 4 to 8 bytes, eight tokens at a time: see `AVX512Hashes.h`.

/// A number for each of eight tokens.
///
/// Every step is written for both halves before the next: each waits for the one before, and the
/// halves don't wait for one another.
typedef struct {
  __m256i half[2];
} eight;

#define BOTH(expression)                                                                           \
  eight result;                                                                                    \
  for (int at = 0; at < 2; at += 1) { result.half[at] = (expression); }                            \
  return result

static inline eight chosen(eight is_short, uint64_t when_short, uint64_t otherwise) {
  BOTH(_mm256_blendv_epi8(
      _mm256_set1_epi64x((int64_t)otherwise), _mm256_set1_epi64x((int64_t)when_short),
      is_short.half[at]));
}

static inline eight sum_of(eight one, eight other) {
  BOTH(_mm256_add_epi64(one.half[at], other.half[at]));
}

static inline eight flipped(eight one, eight other) {
  BOTH(_mm256_xor_si256(one.half[at], other.half[at]));
}

static inline eight unless(eight excluded, eight value) {
  BOTH(_mm256_andnot_si256(excluded.half[at], value.half[at]));
}

static inline eight raised(eight value, int count) {
  BOTH(_mm256_slli_epi64(value.half[at], count));
}

static inline eight lowered_by(eight value, int count) {
  BOTH(_mm256_srli_epi64(value.half[at], count));
}

static inline eight lowered_by_each(eight value, eight counts) {
  BOTH(_mm256_srlv_epi64(value.half[at], counts.half[at]));
}

static inline eight low_product(eight one, eight other) {
  BOTH(_mm256_mul_epu32(one.half[at], other.half[at]));
}

/// The low halves of the products, for which AVX2 has no instruction.
static inline eight product(
    eight value, eight is_short, uint64_t when_short, uint64_t otherwise) {
  eight low = chosen(is_short, when_short, otherwise);
  eight high = chosen(is_short, when_short >> 32, otherwise >> 32);
  eight crossed = sum_of(low_product(lowered_by(value, 32), low), low_product(value, high));
  return sum_of(low_product(value, low), raised(crossed, 32));
}

/// The bits move by 24 to the left, and come back on the right: a rotation by three bytes.
static inline eight rotated_by_24(eight value) {
  const __m256i places = _mm256_setr_epi64x(
      0x0403020100070605, 0x0C0B0A09080F0E0D, 0x0403020100070605, 0x0C0B0A09080F0E0D);
  BOTH(_mm256_shuffle_epi8(value.half[at], places));
}

/// The bytes of the text that make the key, with words of the secret, 0 ^ 4 (of four bytes) or
/// 8 ^ 16 (of eight), and the length of short tokens.
static inline eight key_of(eight text, eight length, eight is_short) {
  // For 1 to 3 bytes: the last, none (the length goes there), the first, the middle one. For 4 to 8:
  // the last four, and the first four above them. Tables have the lower halves, by length modulo 8,
  // and that of length 4 has the first four.
  const __m256i places = _mm256_setr_epi32(
      0x07060504, 0x00008000, 0x01008001, 0x01008002, 0x03020100, 0x04030201, 0x05040302,
      0x06050403);
  const uint32_t flip_short = 0x396CFEB8u ^ 0xBE4BA423u;
  const uint64_t flip_long = 0x1CAD21F72C81017Cull ^ 0xDB979083E96DD4DEull;
  const int32_t low = (int32_t)(uint32_t)flip_long;
  const __m256i flips = _mm256_setr_epi32(
      low, (int32_t)(flip_short ^ 0x100), (int32_t)(flip_short ^ 0x200),
      (int32_t)(flip_short ^ 0x300), low, low, low, low);
  const __m256i odd = _mm256_setr_epi64x(0, 0x0808080808080808, 0, 0x0808080808080808);
  const __m256i upper =
      _mm256_set1_epi64x((int64_t)((flip_long ^ flip_long << 32) & 0xFFFFFFFF00000000));
  eight entries, key;
  for (int at = 0; at < 2; at += 1) {
    entries.half[at] = _mm256_or_si256(length.half[at], _mm256_set1_epi64x(4ll << 32));
  }
  for (int at = 0; at < 2; at += 1) {
    __m256i chosen_places = _mm256_permutevar8x32_epi32(places, entries.half[at]);
    key.half[at] = _mm256_shuffle_epi8(text.half[at], _mm256_or_si256(chosen_places, odd));
  }
  for (int at = 0; at < 2; at += 1) {
    __m256i flip = _mm256_permutevar8x32_epi32(flips, entries.half[at]);
    key.half[at] = _mm256_xor_si256(key.half[at], _mm256_xor_si256(flip, upper));
  }
  // Short tokens have no upper half.
  eight mask = chosen(is_short, 0xFFFFFFFF, ~0ull);
  BOTH(_mm256_and_si256(key.half[at], mask.half[at]));
}

/// The hashes of eight tokens with these lengths, of which `text` has 8 bytes each.
static inline eight hash_8(eight text, eight length) {
  eight is_short;
  for (int at = 0; at < 2; at += 1) {
    is_short.half[at] = _mm256_cmpgt_epi64(_mm256_set1_epi64x(4), length.half[at]);
  }
  eight hash = key_of(text, length, is_short);
  // The finalisation of XXH64 for short tokens, whose first step changes nothing, since their keys
  // have 32 bits; rrmxmx for longer ones, with rotations by 49 and by 24.
  eight turned = rotated_by_24(hash);
  turned = flipped(turned, raised(hash, 49));
  turned = flipped(turned, lowered_by(hash, 15));
  hash = flipped(hash, unless(is_short, turned));
  const uint64_t first = 0xC2B2AE3D27D4EB4Full, second = 0x165667B19E3779F9ull;
  const uint64_t prime = 0x9FB21C651E98DF25ull;
  hash = product(hash, is_short, first, prime);
  eight shifted = lowered_by_each(hash, chosen(is_short, 29, 35));
  hash = flipped(hash, sum_of(shifted, unless(is_short, length)));
  hash = product(hash, is_short, second, prime);
  return flipped(hash, lowered_by_each(hash, chosen(is_short, 32, 28)));
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/// The eight bytes at each of four places.
static inline __m256i words_at(const uint8_t *bytes, const uint32_t *places) {
  return _mm256_setr_epi64x(
      (int64_t)word_at(bytes + places[0]), (int64_t)word_at(bytes + places[1]),
      (int64_t)word_at(bytes + places[2]), (int64_t)word_at(bytes + places[3]));
}

static inline __m256i load_32(const void *bytes) {
  return _mm256_loadu_si256((const __m256i *)bytes);
}

static inline void store_32(void *bytes, __m256i stored) {
  _mm256_storeu_si256((__m256i *)bytes, stored);
}

static size_t hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *longer) {
  size_t longer_count = 0, index = 0;
  __m256i first = _mm256_setzero_si256();
  for (; index + 8 <= count; index += 8) {
    __m256i length = _mm256_sub_epi32(load_32(ends + index), load_32(starts + index));
    eight text = {{words_at(bytes, starts + index), words_at(bytes, starts + index + 4)}};
    eight wide = {
        {_mm256_cvtepu32_epi64(_mm256_castsi256_si128(length)),
         _mm256_cvtepu32_epi64(_mm256_extracti128_si256(length, 1))}};
    eight hash = hash_8(text, wide);
    store_32(hashes + index, hash.half[0]);
    store_32(hashes + index + 4, hash.half[1]);
    unsigned over = (unsigned)_mm256_movemask_ps(
        _mm256_castsi256_ps(_mm256_cmpgt_epi32(length, _mm256_set1_epi32(8))));
    __m256i kept = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)kept_places[over]));
    store_32(longer + longer_count, _mm256_add_epi32(kept, first));
    longer_count += (size_t)__builtin_popcount(over);
    first = _mm256_add_epi32(first, _mm256_set1_epi32(8));
  }
  for (; index < count; index += 1) {
    uint32_t length = ends[index] - starts[index];
    hashes[index] = length <= 3 ? hash_1_to_3(bytes, starts[index], ends[index])
                                : hash_4_to_8(bytes, starts[index], ends[index]);
    longer[longer_count] = (uint32_t)index;
    longer_count += length > 8;
  }
  return hash_longer(bytes, starts, ends, hashes, longer, longer_count);
}
