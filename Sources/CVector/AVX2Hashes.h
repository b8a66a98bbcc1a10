/// XXH3-64 of 1 to 3 and of 4 to 8 bytes, four tokens at a time, as in `AVX512Hashes.h`.

/// The low halves of the products, of which AVX2 has no instruction.
static inline __m256i product(__m256i one, __m256i other) {
  __m256i crossed = _mm256_add_epi64(
      _mm256_mul_epu32(_mm256_srli_epi64(one, 32), other),
      _mm256_mul_epu32(one, _mm256_srli_epi64(other, 32)));
  return _mm256_add_epi64(_mm256_mul_epu32(one, other), _mm256_slli_epi64(crossed, 32));
}

static inline __m256i chosen(__m256i is_short, uint64_t when_short, uint64_t otherwise) {
  return _mm256_blendv_epi8(
      _mm256_set1_epi64x((int64_t)otherwise), _mm256_set1_epi64x((int64_t)when_short), is_short);
}

/// The bits move by `count` to the left, and come back on the right.
static inline __m256i rotated_by(__m256i value, int count) {
  return _mm256_or_si256(
      _mm256_slli_epi64(value, count), _mm256_srli_epi64(value, 64 - count));
}

/// A rotation by three bytes.
static inline __m256i rotated_by_24(__m256i value) {
  const __m256i places = _mm256_setr_epi64x(
      0x0403020100070605, 0x0C0B0A09080F0E0D, 0x0403020100070605, 0x0C0B0A09080F0E0D);
  return _mm256_shuffle_epi8(value, places);
}

/// The bytes of the text that make the key.
///
/// For 1 to 3 bytes: the last, none (the length goes there), the first, the middle one. For 4 to 8:
/// the last four, and the first four above them.
static inline __m256i key_of(__m256i text, __m256i length, __m256i is_short) {
  // The first place of each text in its lane of 16 bytes; 0x80 is no place. One less than the last
  // byte's place is added to the length.
  const __m256i base_short = _mm256_setr_epi64x(
      (int64_t)0x8080808000007FFF, (int64_t)0x8080808008088007, (int64_t)0x8080808000007FFF,
      (int64_t)0x8080808008088007);
  const __m256i base_long = _mm256_setr_epi64x(
      0x0302010003020100, 0x0B0A09080B0A0908, 0x0302010003020100, 0x0B0A09080B0A0908);
  const __m256i four_times = _mm256_setr_epi64x(
      (int64_t)0x8080808000000000, (int64_t)0x8080808008080808, (int64_t)0x8080808000000000,
      (int64_t)0x8080808008080808);
  __m256i middle = _mm256_slli_epi64(_mm256_srli_epi64(length, 1), 24);
  __m256i places_short = _mm256_add_epi64(base_short, _mm256_add_epi64(length, middle));
  __m256i places_long = _mm256_add_epi64(
      base_long, _mm256_shuffle_epi8(
                     _mm256_sub_epi64(length, _mm256_set1_epi64x(4)), four_times));
  return _mm256_shuffle_epi8(text, _mm256_blendv_epi8(places_long, places_short, is_short));
}

/// The hashes of four tokens with these lengths, of which `text` has 8 bytes each.
static inline __m256i hash_4(__m256i text, __m256i length) {
  __m256i is_short = _mm256_cmpgt_epi64(_mm256_set1_epi64x(4), length);
  // Words of the secret: 0 ^ 4 (of four bytes), and 8 ^ 16 (of eight).
  __m256i flip = _mm256_xor_si256(
      chosen(is_short, 0x396CFEB8u ^ 0xBE4BA423u, 0x1CAD21F72C81017Cull ^ 0xDB979083E96DD4DEull),
      _mm256_and_si256(is_short, _mm256_slli_epi64(length, 8)));
  __m256i hash = _mm256_xor_si256(key_of(text, length, is_short), flip);
  // The finalisation of XXH64 for short tokens, rrmxmx for longer ones.
  __m256i turned = _mm256_xor_si256(rotated_by(hash, 49), rotated_by_24(hash));
  hash = _mm256_xor_si256(
      hash, _mm256_blendv_epi8(turned, _mm256_srli_epi64(hash, 33), is_short));
  const uint64_t first = 0xC2B2AE3D27D4EB4Full, second = 0x165667B19E3779F9ull;
  const uint64_t prime = 0x9FB21C651E98DF25ull;
  hash = product(hash, chosen(is_short, first, prime));
  __m256i shifted = _mm256_add_epi64(
      _mm256_srlv_epi64(hash, chosen(is_short, 29, 35)), _mm256_andnot_si256(is_short, length));
  hash = _mm256_xor_si256(hash, shifted);
  hash = product(hash, chosen(is_short, second, prime));
  return _mm256_xor_si256(hash, _mm256_srlv_epi64(hash, chosen(is_short, 32, 28)));
}

static inline uint64_t word_at(const uint8_t *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static size_t hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *longer) {
  size_t longer_count = 0, index = 0;
  for (; index + 4 <= count; index += 4) {
    __m128i start = _mm_loadu_si128((const __m128i *)(const void *)(starts + index));
    __m128i length =
        _mm_sub_epi32(_mm_loadu_si128((const __m128i *)(const void *)(ends + index)), start);
    __m256i text = _mm256_setr_epi64x(
        (int64_t)word_at(bytes + starts[index]), (int64_t)word_at(bytes + starts[index + 1]),
        (int64_t)word_at(bytes + starts[index + 2]), (int64_t)word_at(bytes + starts[index + 3]));
    __m256i hash = hash_4(text, _mm256_cvtepu32_epi64(length));
    _mm256_storeu_si256((__m256i *)(void *)(hashes + index), hash);
    unsigned over = (unsigned)_mm_movemask_ps(
        _mm_castsi128_ps(_mm_cmpgt_epi32(length, _mm_set1_epi32(8))));
    __m128i lanes_over = _mm_cvtepu8_epi32(_mm_cvtsi32_si128((int32_t)kept_places[over]));
    _mm_storeu_si128(
        (__m128i *)(void *)(longer + longer_count),
        _mm_add_epi32(lanes_over, _mm_set1_epi32((int32_t)index)));
    longer_count += (size_t)__builtin_popcount(over);
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
