#ifndef DSEL_BACKENDS_H
#define DSEL_BACKENDS_H

#include "CVector.h"

/// How a back end is written.
///
/// A back end is one file. It defines the types `block`, which holds 64 bytes, and `lanes`, which
/// holds one truth value per byte, and the functions below for them. Then it includes
/// `Kernels.h`, which has the kernels, and makes the table of its functions.
///
///     block load(const uint8_t *bytes);
///     block load_part(const uint8_t *bytes, size_t count);      zeros after the bytes; 0 to 64
///     void store(uint8_t *bytes, block);
///     lanes equal(block, uint8_t value);
///     lanes is_in(block, uint8_t first, uint8_t count);         within 0 to 127, or 128 to 255
///     lanes is_beyond(block);                                   128 and more: beyond ASCII
///     lanes either(lanes, lanes);
///     uint64_t bits(lanes);                                     bit i describes byte i
///     block lowercase(block);                                   of ASCII letters
///     uint32_t first_bit(uint64_t bits);                        any number if there is none; not with
///                                                               `HAS_LIST`
///
/// With `HAS_LOOKUPS`, for UTF-8 and escapes:
///
///     block lookup(const uint8_t table[16], block indices);     indices are below 16
///     block high_halves(block), low_halves(block);              of each byte
///     block before(block, block preceding, int distance);       1 to 3 bytes back
///     block both(block, block);                                 "and"
///     block less(block, uint8_t value);                         not below 0
///     int has_faults(block, lanes allowed);                     bytes other than 128 where allowed
///     block resolved(block, uint64_t escaped);                  what escaped characters stand for
///     void store_kept(uint8_t *bytes, block, uint64_t kept);    one after the other, and any after
///
/// A back end can have its own `list` (`HAS_LIST`), `store_raised` (`HAS_RAISED`), `classify`
/// (`HAS_CLASSES`), `tokens_up_to` (`HAS_LENGTHS`, with `KeptBytes.h`), `hash` (`HAS_VECTOR_HASH`),
/// or all functions of hashes (`HAS_VECTOR_MIX`).
typedef struct {
  const char *name;
  size_t (*tokenize)(
      const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place, uint32_t *starts,
      uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars);
  size_t (*hash)(
      const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
      uint64_t *hashes, uint32_t *longer);
  void (*buckets)(const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids);
  void (*mix)(
      const uint64_t *shorter, const uint64_t *hashes, size_t count, uint64_t bucket_count,
      uint64_t *grams, uint32_t *ids);
  int64_t (*sum)(const int16_t *values, size_t value_count, const uint32_t *ids, size_t count);
  size_t (*string_end)(const uint8_t *line, size_t count, size_t start, int *has_escapes);
  size_t (*unescape)(const uint8_t *string, size_t count, uint8_t *text);
  int (*is_utf8)(const uint8_t *bytes, size_t count);
} dsel_backend;

#define DSEL_BACKEND(NAME)                                                                         \
  {                                                                                                \
    .name = NAME, .tokenize = tokenize, .hash = hash, .buckets = buckets, .mix = mix, .sum = sum,  \
    .string_end = string_end, .unescape = unescape, .is_utf8 = is_utf8                             \
  }

#if defined(__x86_64__)
extern const dsel_backend dsel_avx512, dsel_avx2;
#elif defined(__aarch64__)
extern const dsel_backend dsel_neon;
#endif
extern const dsel_backend dsel_scalar;

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the kernels are for little-endian processors"
#endif

#endif
