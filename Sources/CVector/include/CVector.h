#ifndef DSEL_CVECTOR_H
#define DSEL_CVECTOR_H

#include <stddef.h>
#include <stdint.h>

/// The hot loops of Reading, Featurizing and Weighting for x86-64 processors with AVX-512.
///
/// Swift can't use these instructions in selected functions only. Each function also exists in
/// Swift, which other processors run, and the tests compare the two. Nothing here is called unless
/// `dsel_vector_is_supported()`.

#ifdef __cplusplus
extern "C" {
#endif

/// 1 if this processor has AVX-512 F, BW, DQ, VL, VBMI and VBMI2, which the functions below need.
int dsel_vector_is_supported(void);

/// The state of a tokenizer between two blocks of bytes.
typedef struct {
  /// 1 if the byte before belongs to a token of word characters, or to a token of other characters.
  uint64_t word_before, other_before;
  /// 1 if the next byte begins a token even if the byte before has the same class.
  uint64_t break_before;
  /// The number of begins and ends of tokens written so far.
  size_t start_count, end_count;
} dsel_borders;

/// The properties of scalars beyond ASCII: a block number for every 256 scalars, and blocks of 256
/// properties.
///
/// A property holds a class (bits 0 to 2: 0 other, 1 space, 2 word, 3 mark, 4 single character)
/// and, from bit 5 on, the place of the lower-case form plus one.
typedef struct {
  const uint16_t *block_numbers, *blocks;
  const uint32_t *lowercase;
  /// For each scalar from U+3040 to U+30FF: 255 if it is a single character, and 0 otherwise.
  const uint8_t *kana;
  /// 1 if all scalars from U+5000 to U+8FFF are single characters.
  int has_ideographs;
  /// 1 if marks join the token before them, and single characters are tokens of their own.
  int joins_marks;
} dsel_scalars;

/// Lower-cases UTF-8 text, 64 bytes at a time, and writes the begins and ends of its tokens,
/// counted from `place`.
///
/// Stops before a scalar whose lower-case form depends on its context or has another length.
/// Returns the number of bytes processed. The text must end between scalars. 64 bytes of `lowered`
/// after those bytes are overwritten, and 64 entries of `starts` and `ends`.
size_t dsel_vector_tokenize(
    const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place, uint32_t *starts,
    uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars);

/// Writes the XXH3-64 of tokens of 1 to 8 bytes, and writes the numbers of the other tokens to
/// `others`.
///
/// 7 bytes must be readable after each token. Up to 8 entries of `others` after the last number are
/// overwritten, and the hashes of other tokens mean nothing. Returns the number of other tokens.
size_t dsel_vector_hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *others);

/// Writes the high half of hash × `bucket_count` (below 2³²) for each hash.
void dsel_vector_buckets(
    const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids);

/// Mixes n-grams that are one token shorter with the tokens after them: (rotl(shorter, 29) + hash)
/// × 0x9E3779B97F4A7C15.
///
/// Writes the mixed hashes to `grams` unless it is null, and their buckets to `ids`.
void dsel_vector_mix(
    const uint64_t *shorter, const uint64_t *hashes, size_t count, uint64_t bucket_count,
    uint64_t *grams, uint32_t *ids);

/// Sums the values with these numbers, at most 2¹⁶ of them, so that no lane overflows.
///
/// Ends the program if a number has no value.
///
/// Two bytes must be readable after the last value. The number of values is below 2³².
int64_t dsel_vector_sum(
    const int16_t *values, size_t value_count, const uint32_t *ids, size_t count);

/// Finds the end of a JSON string whose first byte, after its quote, is at `start`.
///
/// Returns the place of the closing quote in `line`, or SIZE_MAX if there is none or if the string
/// violates RFC 8259: control characters, unknown escapes, surrogates that are no pair. It doesn't
/// check UTF-8.
///
/// 64 bytes must be readable after the line.
size_t dsel_vector_string_end(
    const uint8_t *line, size_t count, size_t start, int *has_escapes);

/// Resolves the escapes of a string that dsel_vector_string_end has found.
///
/// Returns the length of the text, which is at most that of the string. 64 bytes must be readable
/// after the string, and 64 bytes after the text are overwritten.
size_t dsel_vector_unescape(const uint8_t *string, size_t count, uint8_t *text);

#ifdef __cplusplus
}
#endif

#endif
