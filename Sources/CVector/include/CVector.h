#ifndef DSEL_CVECTOR_H
#define DSEL_CVECTOR_H

#include <stddef.h>
#include <stdint.h>

/// The hot loops of Reading, Featurizing and Weighting, called kernels.
///
/// They are written once, over blocks of 64 bytes, and compiled once for each kind of processor:
/// see `Backends.h`. Every function takes the number of a back end that this processor has. All
/// back ends give the same results.

#ifdef __cplusplus
extern "C" {
#endif

/// The number of back ends that this processor has, the fastest first; at least 1.
int dsel_backend_count(void);

/// The name of a back end, as DSEL_KERNELS has it: avx512, avx2, neon or scalar.
const char *dsel_backend_name(int backend);

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
  /// 1 if the letters of Hiragana and Katakana are single characters: U+3041 to U+30FF without
  /// U+3097 to U+309C, U+30A0 and U+30FB.
  int has_kana;
  /// 1 if all scalars from U+4E00 to U+9FFF are single characters.
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
size_t dsel_tokenize(
    int backend, const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place,
    uint32_t *starts, uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars);

/// Writes the XXH3-64 of tokens of 1 to 16 bytes, and writes the numbers of longer tokens to
/// `longer`.
///
/// 7 bytes must be readable after each token. Up to 8 entries of `longer` after the last number are
/// overwritten, and the hashes of longer tokens mean nothing. Returns the number of longer tokens.
size_t dsel_hash(
    int backend, const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *longer);

/// Writes the high half of hash × `bucket_count` (1 to 2³² − 1) for each hash.
void dsel_buckets(
    int backend, const uint64_t *hashes, size_t count, uint64_t bucket_count, uint32_t *ids);

/// Mixes n-grams that are one token shorter with the tokens after them: (rotl(shorter, 29) + hash)
/// × 0x9E3779B97F4A7C15.
///
/// Writes the mixed hashes to `grams` unless it is null, and their buckets to `ids`.
void dsel_mix(
    int backend, const uint64_t *shorter, const uint64_t *hashes, size_t count,
    uint64_t bucket_count, uint64_t *grams, uint32_t *ids);

/// Sums the values with these numbers, at most 2¹⁶ of them, so that no lane overflows.
///
/// Ends the program if a number has no value.
///
/// Two bytes must be readable after the last value. The number of values is below 2³².
int64_t dsel_sum(
    int backend, const int16_t *values, size_t value_count, const uint32_t *ids, size_t count);

/// Finds the end of a JSON string whose first byte, after its quote, is at `start`.
///
/// Returns the place of the closing quote in `line`, or SIZE_MAX if there is none or if the string
/// violates RFC 8259: control characters, unknown escapes, surrogates that are no pair. It doesn't
/// check UTF-8.
///
/// 64 bytes must be readable after the line.
size_t dsel_string_end(
    int backend, const uint8_t *line, size_t count, size_t start, int *has_escapes);

/// Resolves the escapes of a string that dsel_string_end has found.
///
/// Returns the length of the text, which is at most that of the string. 64 bytes must be readable
/// after the string, and 64 bytes after the text are overwritten.
size_t dsel_unescape(int backend, const uint8_t *string, size_t count, uint8_t *text);

/// 1 if the bytes are UTF-8. Reads only these bytes.
int dsel_is_utf8(int backend, const uint8_t *bytes, size_t count);

/// Counts ids in a table of a count per bucket. Every processor has this one.
///
/// Stops after an id whose count has run over, to 0, and returns how many ids it has counted: the
/// last of them may be such an id, and all of them are if it returns `count`. Ids that aren't below
/// `bucket_count` end the program.
size_t dsel_count(
    uint16_t *counts, size_t bucket_count, const uint32_t *ids, size_t count);

/// Counts ids in 2^16 folded buckets, whose number is the lower 16 bits of `id >> shift`. Counts grow
/// no further than 255. Every processor has this one.
///
/// `buckets` has the buckets whose count isn't 0, in the order in which they came; there are
/// `distinct_count` of them. One more element is written after the last. Returns how many there are.
size_t dsel_count_folded(
    uint8_t *counts, uint16_t *buckets, size_t distinct_count, const uint32_t *ids, size_t count,
    unsigned shift);

/// The same for ids that are folded already.
size_t dsel_count_folded_ids(
    uint8_t *counts, uint16_t *buckets, size_t distinct_count, const uint16_t *ids, size_t count);

/// Counts ids by rank. Every processor has this one.
///
/// `ranks` has a rank for each of the `bucket_count` buckets; ids that aren't below end the program.
/// Ranks above `none` count as `none`. `counts` has `none` + 1 elements. `found` has the
/// `found_count` ranks whose counts aren't 0, in the order in which they came, and room for `count`
/// more. Returns how many there are.
size_t dsel_count_ranks(
    const uint32_t *ranks, size_t bucket_count, uint32_t none, uint32_t *counts, uint32_t *found,
    size_t found_count, const uint32_t *ids, size_t count);

#ifdef __cplusplus
}
#endif

#endif
