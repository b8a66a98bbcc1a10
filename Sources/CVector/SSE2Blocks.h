/// Blocks for x86-64 processors that have nothing beyond SSE2.

#include "KeptBytes.h"

#include <emmintrin.h>

typedef __m128i vector;

#include "RowBlocks.h"

static inline __m128i all(uint8_t value) { return _mm_set1_epi8((char)value); }

static inline __m128i load_row(const void *bytes) {
  return _mm_loadu_si128((const __m128i *)bytes);
}

static inline block load(const uint8_t *bytes) { EACH(load_row(bytes + 16 * row)); }

static inline void store_row(void *bytes, __m128i row) { _mm_storeu_si128((__m128i *)bytes, row); }

static inline void store(uint8_t *bytes, block stored) {
  for (int row = 0; row < 4; row += 1) { store_row(bytes + 16 * row, stored.row[row]); }
}

static inline lanes equal(block bytes, uint8_t value) {
  EACH(_mm_cmpeq_epi8(bytes.row[row], all(value)));
}

/// The range is moved to begin at the smallest signed number.
static inline lanes is_in(block bytes, uint8_t first, uint8_t count) {
  const __m128i shift = all((uint8_t)(0x80 - first)), limit = all((uint8_t)(0x80 + count));
  EACH(_mm_cmpgt_epi8(limit, _mm_add_epi8(bytes.row[row], shift)));
}

static inline lanes is_beyond(block bytes) { return bytes; }

static inline lanes either(lanes one, lanes other) {
  EACH(_mm_or_si128(one.row[row], other.row[row]));
}

static inline uint64_t row_bits(__m128i row) { return (uint32_t)_mm_movemask_epi8(row); }

static inline uint64_t bits(lanes set) {
  return row_bits(set.row[0]) | row_bits(set.row[1]) << 16 | row_bits(set.row[2]) << 32 |
         row_bits(set.row[3]) << 48;
}

static inline block lowercase(block bytes) {
  lanes capitals = is_in(bytes, 'A', 26);
  EACH(_mm_or_si128(bytes.row[row], _mm_and_si128(capitals.row[row], all(0x20))));
}

#define HAS_LIST
/// Eight bits at a time, whatever they are: no branch depends on them.
static inline size_t list(uint64_t found, uint32_t base, uint32_t *places) {
  const __m128i zero = _mm_setzero_si128();
  uint64_t counts = counts_up_to(found), counts_before = counts << 8;
  __m128i first = _mm_set1_epi32((int32_t)base);
  for (int group = 0; group < 8; group += 1) {
    const uint64_t *kept = kept_places + (found >> 8 * group & 0xFF);
    uint32_t *end = places + (counts_before >> 8 * group & 0xFF);
    __m128i wide = _mm_unpacklo_epi8(_mm_loadl_epi64((const __m128i *)(const void *)kept), zero);
    store_row(end, _mm_add_epi32(_mm_unpacklo_epi16(wide, zero), first));
    store_row(end + 4, _mm_add_epi32(_mm_unpackhi_epi16(wide, zero), first));
    first = _mm_add_epi32(first, _mm_set1_epi32(8));
  }
  return counts >> 56;
}

#define HAS_LENGTHS
/// The tokens of at most 3, 8 and 16 bytes among 64.
static inline void tokens_up_to(const uint32_t *starts, const uint32_t *ends, uint64_t found[3]) {
  found[0] = found[1] = found[2] = 0;
  for (int group = 0; group < 4; group += 1) {
    __m128i lengths[4];
    for (int quarter = 0; quarter < 4; quarter += 1) {
      int at = 16 * group + 4 * quarter;
      lengths[quarter] = _mm_sub_epi32(load_row(ends + at), load_row(starts + at));
    }
    // In bytes, with 255 for all that is longer.
    __m128i row = _mm_packus_epi16(
        _mm_packs_epi32(lengths[0], lengths[1]), _mm_packs_epi32(lengths[2], lengths[3]));
    found[0] |= row_bits(_mm_cmpeq_epi8(_mm_min_epu8(row, all(3)), row)) << 16 * group;
    found[1] |= row_bits(_mm_cmpeq_epi8(_mm_min_epu8(row, all(8)), row)) << 16 * group;
    found[2] |= row_bits(_mm_cmpeq_epi8(_mm_min_epu8(row, all(16)), row)) << 16 * group;
  }
}
