#include "Backends.h"
#include "KeptBytes.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>

typedef uint8x16_t vector;

#include "RowBlocks.h"

static inline block load(const uint8_t *bytes) { EACH(vld1q_u8(bytes + 16 * row)); }

static inline void store(uint8_t *bytes, block stored) {
  for (int row = 0; row < 4; row += 1) { vst1q_u8(bytes + 16 * row, stored.row[row]); }
}

static inline lanes equal(block bytes, uint8_t value) {
  EACH(vceqq_u8(bytes.row[row], vdupq_n_u8(value)));
}

static inline lanes is_in(block bytes, uint8_t first, uint8_t count) {
  EACH(vcltq_u8(vsubq_u8(bytes.row[row], vdupq_n_u8(first)), vdupq_n_u8(count)));
}

static inline lanes is_beyond(block bytes) {
  EACH(vcgeq_u8(bytes.row[row], vdupq_n_u8(0x80)));
}

static inline lanes either(lanes one, lanes other) { EACH(vorrq_u8(one.row[row], other.row[row])); }

/// Each byte keeps the bit of its place in eight, and three rounds add neighbours.
static inline uint64_t bits(lanes set) {
  const uint8x16_t places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  uint8x16_t first = vpaddq_u8(vandq_u8(set.row[0], places), vandq_u8(set.row[1], places));
  uint8x16_t second = vpaddq_u8(vandq_u8(set.row[2], places), vandq_u8(set.row[3], places));
  first = vpaddq_u8(first, second);
  first = vpaddq_u8(first, first);
  return vgetq_lane_u64(vreinterpretq_u64_u8(first), 0);
}

static inline block lowercase(block bytes) {
  lanes capitals = is_in(bytes, 'A', 26);
  EACH(vorrq_u8(bytes.row[row], vandq_u8(capitals.row[row], vdupq_n_u8(0x20))));
}

/// 64 if there is none: rbit and clz, which need no branch.
static inline uint32_t first_bit(uint64_t found) {
  return found ? (uint32_t)__builtin_ctzll(found) : 64;
}

// MARK: UTF-8 and escapes

static inline block lookup(const uint8_t *table, block indices) {
  const uint8x16_t values = vld1q_u8(table);
  EACH(vqtbl1q_u8(values, indices.row[row]));
}

static inline block low_halves(block bytes) {
  EACH(vandq_u8(bytes.row[row], vdupq_n_u8(0x0F)));
}

static inline block high_halves(block bytes) { EACH(vshrq_n_u8(bytes.row[row], 4)); }

/// A macro, because the distance must be a constant.
#define before(bytes, preceding, distance)                                                         \
  ((block){                                                                                        \
      {vextq_u8((preceding).row[3], (bytes).row[0], 16 - (distance)),                              \
       vextq_u8((bytes).row[0], (bytes).row[1], 16 - (distance)),                                  \
       vextq_u8((bytes).row[1], (bytes).row[2], 16 - (distance)),                                  \
       vextq_u8((bytes).row[2], (bytes).row[3], 16 - (distance))}})

static inline block both(block one, block other) { EACH(vandq_u8(one.row[row], other.row[row])); }

static inline block less(block bytes, uint8_t value) {
  EACH(vqsubq_u8(bytes.row[row], vdupq_n_u8(value)));
}

static inline int has_faults(block faults, lanes allowed) {
  uint8x16_t found = vdupq_n_u8(0);
  for (int row = 0; row < 4; row += 1) {
    uint8x16_t top = vandq_u8(allowed.row[row], vdupq_n_u8(0x80));
    found = vorrq_u8(found, veorq_u8(faults.row[row], top));
  }
  return vmaxvq_u8(found) != 0;
}

/// Escaped letters become what `letter_meanings` has for them.
static inline block resolved(block bytes, uint64_t escaped) {
  const uint8x16_t places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t meaning = vld1q_u8(letter_meanings);
  block result;
  for (int row = 0; row < 4; row += 1) {
    uint8x16_t source = bytes.row[row], set = vcombine_u8(
        vdup_n_u8((uint8_t)(escaped >> 16 * row)), vdup_n_u8((uint8_t)(escaped >> (16 * row + 8))));
    uint8x16_t letters = vandq_u8(vtstq_u8(set, places), vcgtq_u8(source, vdupq_n_u8(0x60)));
    uint8x16_t halves = vandq_u8(vshrq_n_u8(source, 1), vdupq_n_u8(0x0F));
    result.row[row] = vbslq_u8(letters, vqtbl1q_u8(meaning, halves), source);
  }
  return result;
}

static inline void store_kept(uint8_t *bytes, block stored, uint64_t kept) {
  for (int row = 0; row < 4; row += 1) {
    uint64_t low = kept >> 16 * row & 0xFF, high = kept >> (16 * row + 8) & 0xFF;
    uint8x16_t places = vcombine_u8(
        vcreate_u8(kept_places[low]), vcreate_u8(kept_places[high] + 0x0808080808080808));
    uint8x16_t moved = vqtbl1q_u8(stored.row[row], places);
    vst1_u8(bytes, vget_low_u8(moved));
    bytes += __builtin_popcountll(low);
    vst1_u8(bytes, vget_high_u8(moved));
    bytes += __builtin_popcountll(high);
  }
}

#define HAS_LOOKUPS
#include "Kernels.h"

const dsel_backend dsel_neon = DSEL_BACKEND("neon");

#endif
