#ifndef DSEL_CVECTOR_H
#define DSEL_CVECTOR_H

#include <stddef.h>
#include <stdint.h>

/// The hot loops of Reading, Featurizing and Weighting for x86-64 processors with AVX-512, whose instructions Swift can't
/// be asked for function by function. Everything here is there in Swift, too, which is what other processors run: the
/// tests hold each against the other. Nothing is called unless `dsel_vector_is_supported()`.

#ifdef __cplusplus
extern "C" {
#endif

/// 1 if this processor has what the functions below need: AVX-512 F, BW, DQ, VL, VBMI and VBMI2.
int dsel_vector_is_supported(void);

/// Where a tokenizer stands between two blocks of bytes.
typedef struct {
  /// 1 if the byte before belongs to a token of word characters, or of other characters.
  uint64_t word_before, other_before;
  /// 1 if the next byte begins a token even if the byte before is of its class.
  uint64_t break_before;
  /// How many places of begins and ends of tokens have been written.
  size_t start_count, end_count;
} dsel_borders;

/// What scalars beyond ASCII are: for every 256 of them, the number of a block; and blocks of 256 properties each, which
/// are a class (bits 0 to 2: 0 other, 1 space, 2 word, 3 mark, 4 single character) and, from bit 5 on, the place of the
/// lower-case form plus one.
typedef struct {
  const uint16_t *block_numbers, *blocks;
  const uint32_t *lowercase;
  /// For each scalar from U+3040 to U+30FF 255 if it is a single character, and else 0.
  const uint8_t *kana;
  /// 1 if all scalars from U+5000 to U+8FFF are single characters.
  int has_ideographs;
  /// 1 if marks join the token before them, and single characters are tokens of their own.
  int joins_marks;
} dsel_scalars;

/// Lower-cases UTF-8 text, 64 bytes at a time, and writes where tokens begin and end, counted from `place`.
///
/// Stops before a scalar whose lower-case form depends on what is around it, or has another length, and returns the number
/// of bytes that were handled. The text ends between scalars. 64 bytes of `lowered` behind those are overwritten, and 64
/// places of `starts` and `ends`.
size_t dsel_vector_tokenize(
    const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place, uint32_t *starts,
    uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars);

/// Writes XXH3-64 of tokens of 1 to 8 bytes, and the numbers of the other tokens to `others`.
///
/// Behind each token 7 bytes must be readable. Up to 8 numbers behind the last are overwritten in `others`, and the hashes
/// of other tokens have no meaning. Returns how many others there are.
size_t dsel_vector_hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *others);

/// Writes the high half of hash × `bucket_count` (below 2³²) for each hash.
void dsel_vector_buckets(
    const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids);

/// Mixes n-grams that are one token shorter with the tokens behind them: (rotl(shorter, 29) + hash) × 0x9E3779B97F4A7C15;
/// writes the mixed hashes to `grams` unless it is null, and their buckets to `ids`.
void dsel_vector_mix(
    const uint64_t *shorter, const uint64_t *hashes, size_t count, uint64_t bucket_count,
    uint64_t *grams, uint32_t *ids);

/// Sums the values with these numbers: 2¹⁶ of them at most, so that no lane runs over. Ends the program if there is no
/// such value.
///
/// Behind the last value, which is below 2³², two bytes more must be readable.
int64_t dsel_vector_sum(
    const int16_t *values, size_t value_count, const uint32_t *ids, size_t count);

/// Finds where a string of JSON ends whose first byte, behind its quote, is at `start`: the place of its closing quote in
/// `line`. SIZE_MAX if there is none, or if anything in the string is not as RFC 8259 has it: control characters,
/// unknown escapes, surrogates that are no pair. UTF-8 isn't looked at.
///
/// Behind the line 64 bytes must be readable.
size_t dsel_vector_string_end(
    const uint8_t *line, size_t count, size_t start, int *has_escapes);

/// Resolves the escapes of a string that dsel_vector_string_end has found, and returns how many bytes the text has: no
/// more than the string. Behind the string 64 bytes must be readable, and 64 bytes behind the text are overwritten.
size_t dsel_vector_unescape(const uint8_t *string, size_t count, uint8_t *text);

#ifdef __cplusplus
}
#endif

#endif
