/// XXH3-64 of 1 to 3 and of 4 to 8 bytes, sixteen tokens at a time: see `AVX512Hashes.h`.

/// A number for each of sixteen tokens.
///
/// Every step of a hash waits for the one before. So each is written for all parts before the next,
/// and the parts don't wait for one another.
typedef struct {
  __m256i part[4];
} numbers;

#define EACH_PART(expression)                                                                      \
  numbers result;                                                                                  \
  for (int at = 0; at < 4; at += 1) { result.part[at] = (expression); }                            \
  return result

static inline numbers chosen(numbers is_short, uint64_t when_short, uint64_t otherwise) {
  EACH_PART(_mm256_blendv_epi8(
      _mm256_set1_epi64x((int64_t)otherwise), _mm256_set1_epi64x((int64_t)when_short),
      is_short.part[at]));
}

static inline numbers sum_of(numbers one, numbers other) {
  EACH_PART(_mm256_add_epi64(one.part[at], other.part[at]));
}

static inline numbers flipped(numbers one, numbers other) {
  EACH_PART(_mm256_xor_si256(one.part[at], other.part[at]));
}

static inline numbers unless(numbers excluded, numbers value) {
  EACH_PART(_mm256_andnot_si256(excluded.part[at], value.part[at]));
}

static inline numbers raised(numbers value, int count) {
  EACH_PART(_mm256_slli_epi64(value.part[at], count));
}

static inline numbers lowered_by(numbers value, int count) {
  EACH_PART(_mm256_srli_epi64(value.part[at], count));
}

static inline numbers lowered_by_each(numbers value, numbers counts) {
  EACH_PART(_mm256_srlv_epi64(value.part[at], counts.part[at]));
}

static inline numbers low_product(numbers one, numbers other) {
  EACH_PART(_mm256_mul_epu32(one.part[at], other.part[at]));
}

/// The low halves of the products, for which AVX2 has no instruction.
static inline numbers product(
    numbers value, numbers is_short, uint64_t when_short, uint64_t otherwise) {
  numbers low = chosen(is_short, when_short, otherwise);
  numbers high = chosen(is_short, when_short >> 32, otherwise >> 32);
  numbers crossed = sum_of(low_product(lowered_by(value, 32), low), low_product(value, high));
  return sum_of(low_product(value, low), raised(crossed, 32));
}

/// The bits move by 24 to the left, and come back on the right: a rotation by three bytes.
static inline numbers rotated_by_24(numbers value) {
  const __m256i places = _mm256_setr_epi64x(
      0x0403020100070605, 0x0C0B0A09080F0E0D, 0x0403020100070605, 0x0C0B0A09080F0E0D);
  EACH_PART(_mm256_shuffle_epi8(value.part[at], places));
}

/// The bytes of the text that make the key, with words of the secret, 0 ^ 4 (of four bytes) or
/// 8 ^ 16 (of eight), and the length of short tokens.
static inline numbers key_of(numbers text, numbers length, numbers is_short) {
  // For 1 to 3 bytes: the last, none (the length goes there), the first, the middle one. For 4 to
  // 8: the last four, and the first four above them. Tables have the lower halves, by length
  // modulo 8, and that of length 4 has the first four.
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
  numbers entries, key;
  for (int at = 0; at < 4; at += 1) {
    entries.part[at] = _mm256_or_si256(length.part[at], _mm256_set1_epi64x(4ll << 32));
  }
  for (int at = 0; at < 4; at += 1) {
    __m256i chosen_places = _mm256_permutevar8x32_epi32(places, entries.part[at]);
    key.part[at] = _mm256_shuffle_epi8(text.part[at], _mm256_or_si256(chosen_places, odd));
  }
  for (int at = 0; at < 4; at += 1) {
    __m256i flip = _mm256_permutevar8x32_epi32(flips, entries.part[at]);
    key.part[at] = _mm256_xor_si256(key.part[at], _mm256_xor_si256(flip, upper));
  }
  // Short tokens have no upper half.
  numbers mask = chosen(is_short, 0xFFFFFFFF, ~0ull);
  EACH_PART(_mm256_and_si256(key.part[at], mask.part[at]));
}

/// The hashes of tokens with these lengths, of which `text` has 8 bytes each.
static inline numbers hash_1_to_8(numbers text, numbers length) {
  numbers is_short;
  for (int at = 0; at < 4; at += 1) {
    is_short.part[at] = _mm256_cmpgt_epi64(_mm256_set1_epi64x(4), length.part[at]);
  }
  numbers hash = key_of(text, length, is_short);
  // The finalisation of XXH64 for short tokens, whose first step changes nothing, since their keys
  // have 32 bits; rrmxmx for longer ones, with rotations by 49 and by 24.
  numbers turned = rotated_by_24(hash);
  turned = flipped(turned, raised(hash, 49));
  turned = flipped(turned, lowered_by(hash, 15));
  hash = flipped(hash, unless(is_short, turned));
  const uint64_t first = 0xC2B2AE3D27D4EB4Full, second = 0x165667B19E3779F9ull;
  const uint64_t prime = 0x9FB21C651E98DF25ull;
  hash = product(hash, is_short, first, prime);
  numbers shifted = lowered_by_each(hash, chosen(is_short, 29, 35));
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

/// Hashes sixteen tokens, of which `first` is the number of the first. Writes the numbers of those
/// of more than 8 bytes, and returns how many there are.
static inline size_t hash_16(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t first,
    uint64_t *hashes, uint32_t *longer) {
  numbers text, length;
  size_t longer_count = 0;
  for (int group = 0; group < 2; group += 1) {
    const uint32_t *places = starts + 8 * group;
    __m256i lengths = _mm256_sub_epi32(load_32(ends + 8 * group), load_32(places));
    text.part[2 * group] = words_at(bytes, places);
    text.part[2 * group + 1] = words_at(bytes, places + 4);
    length.part[2 * group] = _mm256_cvtepu32_epi64(_mm256_castsi256_si128(lengths));
    length.part[2 * group + 1] = _mm256_cvtepu32_epi64(_mm256_extracti128_si256(lengths, 1));
    unsigned over = (unsigned)_mm256_movemask_ps(
        _mm256_castsi256_ps(_mm256_cmpgt_epi32(lengths, _mm256_set1_epi32(8))));
    __m256i kept = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)kept_places[over]));
    __m256i base = _mm256_set1_epi32((int32_t)first + 8 * group);
    store_32(longer + longer_count, _mm256_add_epi32(kept, base));
    longer_count += (size_t)__builtin_popcount(over);
  }
  numbers hash = hash_1_to_8(text, length);
  for (int at = 0; at < 4; at += 1) { store_32(hashes + 4 * at, hash.part[at]); }
  return longer_count;
}

static size_t hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *longer) {
  size_t longer_count = 0;
  for (size_t first = 0; first < count; first += 16) {
    const uint32_t *next_starts = starts + first, *next_ends = ends + first;
    uint64_t *next_hashes = hashes + first, last_hashes[16];
    uint32_t last_starts[16], last_ends[16];
    size_t left = count - first;
    if (left < 16) {
      // Tokens without bytes: any 8 bytes of the text are read for them.
      memset(last_starts, 0, sizeof last_starts);
      memset(last_ends, 0, sizeof last_ends);
      memcpy(last_starts, next_starts, left * sizeof *starts);
      memcpy(last_ends, next_ends, left * sizeof *ends);
      next_starts = last_starts;
      next_ends = last_ends;
      next_hashes = last_hashes;
    }
    longer_count +=
        hash_16(bytes, next_starts, next_ends, first, next_hashes, longer + longer_count);
    if (left < 16) { memcpy(hashes + first, last_hashes, left * sizeof *hashes); }
  }
  return hash_longer(bytes, starts, ends, hashes, longer, longer_count);
}
