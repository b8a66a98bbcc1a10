/// The eight bytes at each of eight places. Gathering them takes longer.
static inline __m512i words_at(const uint8_t *bytes, const uint32_t *places) {
  int64_t words[8];
  for (int lane = 0; lane < 8; lane += 1) { memcpy(words + lane, bytes + places[lane], 8); }
  return _mm512_setr_epi64(
      words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7]);
}

/// XXH3-64 with the default secret, for 1 to 3 and for 4 to 8 bytes:
/// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md.
///
/// Steps that differ between the two, or by length, are selected lane by lane.
static size_t hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *longer) {
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
    __m512i text = valid == 0xFF
        ? words_at(bytes, starts + index)
        : _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), valid, start, bytes, 1);

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
        (__m256i *)(void *)(longer + other_count), _mm256_maskz_compress_epi32(is_other, number));
    other_count += (size_t)__builtin_popcount(is_other);
  }
  return hash_longer(bytes, starts, ends, hashes, longer, other_count);
}

/// The number of buckets and, if it is a power of two, the shift that replaces the multiplication.
typedef struct {
  __m512i factor;
  __m128i shift;
  int is_power;
} bucket_range;

static inline bucket_range range_of(uint64_t count) {
  bucket_range range = {
      .factor = _mm512_set1_epi64((int64_t)count),
      .shift = _mm_cvtsi64_si128(64 - __builtin_ctzll(count)),
      .is_power = (count & (count - 1)) == 0};
  return range;
}

/// The high half of the product of each hash and the number of buckets, which has at most 32 bits.
static inline __m256i buckets_of(__m512i hashes, bucket_range range) {
  if (range.is_power) { return _mm512_cvtepi64_epi32(_mm512_srl_epi64(hashes, range.shift)); }
  __m512i low = _mm512_srli_epi64(_mm512_mul_epu32(hashes, range.factor), 32);
  __m512i high = _mm512_mul_epu32(_mm512_srli_epi64(hashes, 32), range.factor);
  return _mm512_cvtepi64_epi32(_mm512_srli_epi64(_mm512_add_epi64(high, low), 32));
}

static void buckets(
    const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids) {
  const bucket_range range = range_of(bucket_count);
  for (size_t index = 0; index < count; index += 8) {
    __mmask8 valid = count - index < 8 ? (__mmask8)((1u << (count - index)) - 1) : 0xFF;
    __m512i hash = _mm512_maskz_loadu_epi64(valid, hashes + index);
    _mm256_mask_storeu_epi32(ids + index, valid, buckets_of(hash, range));
  }
}

static void mix(
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
    _mm256_mask_storeu_epi32(ids + index, valid, buckets_of(gram, range));
  }
}
