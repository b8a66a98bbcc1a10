#include "Backends.h"

#include <string.h>

/// 64 bytes in eight words. The additions below never carry from one byte into the next.
typedef struct {
  uint64_t word[8];
} block;

/// The top bit of a byte that is true. The other bits mean nothing.
typedef block lanes;

/// Applies an expression to each word, `at`, of a block.
#define EACH(expression)                                                                           \
  block result;                                                                                    \
  for (int at = 0; at < 8; at += 1) { result.word[at] = (expression); }                            \
  return result

static const uint64_t ones = 0x0101010101010101, tops = 0x8080808080808080;

static inline block load(const uint8_t *bytes) {
  block result;
  memcpy(&result, bytes, 64);
  return result;
}

static inline block load_part(const uint8_t *bytes, size_t count) {
  block result = {0};
  if (count > 0) { memcpy(&result, bytes, count); }
  return result;
}

static inline void store(uint8_t *bytes, block stored) { memcpy(bytes, &stored, 64); }

static inline uint64_t word_equal(uint64_t bytes, uint8_t value) {
  bytes ^= ones * value;
  return ~(((bytes & ~tops) + ~tops) | bytes);
}

static inline lanes equal(block bytes, uint8_t value) {
  EACH(word_equal(bytes.word[at], value));
}

/// The top bit of byte − first, without that of byte − (first + count), in the half of the range.
static inline uint64_t word_is_in(uint64_t bytes, uint8_t first, uint8_t count) {
  uint64_t low = bytes & ~tops, start = first & 0x7F;
  uint64_t inside = (low + ones * (0x80 - start)) & ~(low + ones * (0x80 - start - count));
  return inside & (first < 0x80 ? ~bytes : bytes);
}

static inline uint64_t bits(lanes set);

#define HAS_CLASSES
/// As in `TokenKernels.h`, with parts that are shared.
static inline block classify(block bytes, uint64_t *word, uint64_t *space) {
  block lower;
  lanes words, spaces;
  for (int at = 0; at < 8; at += 1) {
    uint64_t source = bytes.word[at], low = source & ~tops, folded = low | ones * 0x20;
    uint64_t letters = (folded + ones * (0x80 - 'a')) & ~(folded + ones * (0x80 - 'z' - 1)) &
                       ~source & tops;
    uint64_t digits = (low + ones * (0x80 - '0')) & ~(low + ones * (0x80 - '9' - 1));
    uint64_t underscores = ~((low ^ ones * '_') + ~tops);
    words.word[at] = letters | ((digits | underscores) & ~source);
    spaces.word[at] = (((low + ones * (0x80 - 0x09)) & ~(low + ones * (0x80 - 0x0E))) |
                       ((low + ones * (0x80 - 0x1C)) & ~(low + ones * (0x80 - 0x21)))) & ~source;
    lower.word[at] = source | letters >> 2;
  }
  *word = bits(words);
  *space = bits(spaces);
  return lower;
}

static inline lanes is_in(block bytes, uint8_t first, uint8_t count) {
  EACH(word_is_in(bytes.word[at], first, count));
}

static inline lanes is_beyond(block bytes) { return bytes; }

static inline lanes either(lanes one, lanes other) { EACH(one.word[at] | other.word[at]); }

/// A multiplication moves the eight top bits into the top byte.
static inline uint64_t bits(lanes set) {
  uint64_t result = 0, any = 0;
  for (int at = 0; at < 8; at += 1) { any |= set.word[at]; }
  if ((any & tops) == 0) { return 0; }
  for (int at = 0; at < 8; at += 1) {
    result |= ((set.word[at] & tops) >> 7) * 0x0102040810204080 >> 56 << (8 * at);
  }
  return result;
}

/// Never 64: the compiler must know that there is a bit.
static inline uint32_t first_bit(uint64_t found) {
  return (uint32_t)__builtin_ctzll(found | 1ull << 63);
}

/// The top bits of bytes that are zero, and perhaps of some above the lowest of these.
static inline uint64_t zeros(uint64_t bytes) { return (bytes - ones) & ~bytes & tops; }

/// The number of bytes at `bytes` that come before the first backslash, control character or
/// `other` character, or a number above `limit`, up to which 8 bytes can be read.
static inline size_t plain_bytes(const uint8_t *bytes, size_t limit, uint8_t other) {
  size_t count = 0;
  // A branch, which is guessed, and not a sum, which the next load would wait for.
  for (; count <= limit; count += 8) {
    uint64_t word;
    memcpy(&word, bytes + count, 8);
    uint64_t found = zeros(word ^ ones * '\\') | zeros(word ^ ones * other) |
                     ((word - ones * 0x20) & ~word & tops);
    if (found) { return count + (size_t)__builtin_ctzll(found) / 8; }
  }
  return count;
}

/// Copies words up to the first backslash, and returns the number of bytes before it, or at least
/// `limit` without one.
static inline size_t copy_plain(const uint8_t *bytes, size_t limit, uint8_t *text) {
  size_t count = 0;
  for (; count < limit; count += 8) {
    uint64_t word;
    memcpy(&word, bytes + count, 8);
    memcpy(text + count, &word, 8);
    uint64_t found = zeros(word ^ ones * '\\');
    if (found) { return count + (size_t)__builtin_ctzll(found) / 8; }
  }
  return count;
}

#include "Kernels.h"

const dsel_backend dsel_scalar = DSEL_BACKEND("scalar");
