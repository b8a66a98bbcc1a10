/// XXH3-64 of 1 to 3 and of 4 to 8 bytes, four tokens at a time, as in `AVX512Hashes.h`.

/// The low halves of the products, of which AVX2 has no instruction.
static inline __m256i product(__m256i one, __m256i other, __m256i high_of_other) {
  __m256i crossed = _mm256_add_epi64(
      _mm256_mul_epu32(_mm256_srli_epi64(one, 32), other), _mm256_mul_epu32(one, high_of_other));
  return _mm256_add_epi64(_mm256_mul_epu32(one, other), _mm256_slli_epi64(crossed, 32));
}

static inline __m256i chosen(__m256i is_short, uint64_t when_short, uint64_t otherwise) {
  return _mm256_blendv_epi8(
      _mm256_set1_epi64x((int64_t)otherwise), _mm256_set1_epi64x((int64_t)when_short), is_short);
}

/// The bytes of `text` that are `count` bytes from its first.
static inline __m256i from(__m256i text, __m256i count) {
  return _mm256_srlv_epi64(text, _mm256_slli_epi64(count, 3));
}

static inline __m256i rotated_by(__m256i value, int count) {
  return _mm256_or_si256(
      _mm256_slli_epi64(value, count), _mm256_srli_epi64(value, 64 - count));
}

/// The hashes of four tokens with these lengths, of which `text` has 8 bytes each.
static inline __m256i hash_4(__m256i text, __m256i length) {
  const __m256i byte = _mm256_set1_epi64x(0xFF), half = _mm256_set1_epi64x(0xFFFFFFFF);
  __m256i is_short = _mm256_cmpgt_epi64(_mm256_set1_epi64x(4), length);
  // For 1 to 3 bytes: the last, the length, the first, the middle one.
  __m256i last = _mm256_and_si256(
      from(text, _mm256_sub_epi64(length, _mm256_set1_epi64x(1))), byte);
  __m256i middle = _mm256_and_si256(from(text, _mm256_srli_epi64(length, 1)), byte);
  __m256i key_short = _mm256_or_si256(
      _mm256_or_si256(last, _mm256_slli_epi64(length, 8)),
      _mm256_or_si256(
          _mm256_slli_epi64(_mm256_and_si256(text, byte), 16), _mm256_slli_epi64(middle, 24)));
  // For 4 to 8: the last four, and the first four above them.
  __m256i tail = from(text, _mm256_sub_epi64(length, _mm256_set1_epi64x(4)));
  __m256i key_long =
      _mm256_or_si256(_mm256_and_si256(tail, half), _mm256_slli_epi64(text, 32));
  // Words of the secret: 0 ^ 4 (of four bytes), and 8 ^ 16 (of eight).
  __m256i hash = _mm256_xor_si256(
      _mm256_blendv_epi8(key_long, key_short, is_short),
      chosen(is_short, 0x396CFEB8u ^ 0xBE4BA423u, 0x1CAD21F72C81017Cull ^ 0xDB979083E96DD4DEull));
  // The finalisation of XXH64 for short tokens, rrmxmx for longer ones.
  __m256i turned = _mm256_xor_si256(rotated_by(hash, 49), rotated_by(hash, 24));
  hash = _mm256_xor_si256(
      hash, _mm256_blendv_epi8(turned, _mm256_srli_epi64(hash, 33), is_short));
  const uint64_t first = 0xC2B2AE3D27D4EB4Full, second = 0x165667B19E3779F9ull;
  const uint64_t prime = 0x9FB21C651E98DF25ull;
  hash = product(
      hash, chosen(is_short, first, prime), chosen(is_short, first >> 32, prime >> 32));
  __m256i shifted = _mm256_add_epi64(
      _mm256_srlv_epi64(hash, chosen(is_short, 29, 35)), _mm256_andnot_si256(is_short, length));
  hash = _mm256_xor_si256(hash, shifted);
  hash = product(
      hash, chosen(is_short, second, prime), chosen(is_short, second >> 32, prime >> 32));
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
    for (unsigned lane = 0; lane < 4; lane += 1) {
      longer[longer_count] = (uint32_t)(index + lane);
      longer_count += over >> lane & 1;
    }
  }
  for (; index < count; index += 1) {
    uint32_t length = ends[index] - starts[index];
    hashes[index] = length <= 3 ? hash_1_to_3(bytes + starts[index], length)
                                : hash_4_to_8(bytes + starts[index], length);
    longer[longer_count] = (uint32_t)index;
    longer_count += length > 8;
  }
  return hash_longer(bytes, starts, ends, hashes, longer, longer_count);
}
