/// Blocks of plain words, for processors of which nothing else is known.

/// Two words, which compilers keep in one register where there are such.
typedef uint64_t pair __attribute__((vector_size(16)));

/// 64 bytes in eight words. The additions below never carry from one byte into the next.
typedef struct {
  pair words[4];
} block;

/// The top bit of a byte that is true. The other bits mean nothing.
typedef block lanes;

/// Applies an expression to each pair of words, `at`, of a block.
#define EACH(expression)                                                                           \
  block result;                                                                                    \
  for (int at = 0; at < 4; at += 1) { result.words[at] = (expression); }                           \
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

static inline pair words_equal(pair bytes, uint8_t value) {
  bytes ^= ones * value;
  return ~(((bytes & ~tops) + ~tops) | bytes);
}

static inline lanes equal(block bytes, uint8_t value) {
  EACH(words_equal(bytes.words[at], value));
}

/// The top bit of byte − first, without that of byte − (first + count), in the half of the range.
static inline pair words_are_in(pair bytes, uint8_t first, uint8_t count) {
  pair low = bytes & ~tops;
  uint64_t start = first & 0x7F;
  pair inside = (low + ones * (0x80 - start)) & ~(low + ones * (0x80 - start - count));
  return inside & (first < 0x80 ? ~bytes : bytes);
}

static inline uint64_t bits(lanes set);

#define HAS_CLASSES
/// As in `TokenKernels.h`, with parts that are shared.
static inline block classify(block bytes, uint64_t *word, uint64_t *space) {
  block lower;
  lanes word_lanes, space_lanes;
  for (int at = 0; at < 4; at += 1) {
    pair source = bytes.words[at], low = source & ~tops, folded = low | ones * 0x20;
    pair letters = (folded + ones * (0x80 - 'a')) & ~(folded + ones * (0x80 - 'z' - 1)) &
                       ~source & tops;
    pair digits = (low + ones * (0x80 - '0')) & ~(low + ones * (0x80 - '9' - 1));
    pair underscores = ~((low ^ ones * '_') + ~tops);
    word_lanes.words[at] = letters | ((digits | underscores) & ~source);
    pair blanks = ((low + ones * (0x80 - 0x09)) & ~(low + ones * (0x80 - 0x0E))) |
                  ((low + ones * (0x80 - 0x1C)) & ~(low + ones * (0x80 - 0x21)));
    space_lanes.words[at] = blanks & ~source;
    lower.words[at] = source | letters >> 2;
  }
  *word = bits(word_lanes);
  *space = bits(space_lanes);
  return lower;
}

static inline lanes is_in(block bytes, uint8_t first, uint8_t count) {
  EACH(words_are_in(bytes.words[at], first, count));
}

static inline lanes is_beyond(block bytes) { return bytes; }

static inline lanes either(lanes one, lanes other) { EACH(one.words[at] | other.words[at]); }

/// A multiplication moves the eight top bits into the top byte.
static inline uint64_t bits(lanes set) {
  pair any = (set.words[0] | set.words[1] | set.words[2] | set.words[3]) & tops;
  if ((any[0] | any[1]) == 0) { return 0; }
  uint64_t result = 0;
  for (int at = 0; at < 8; at += 1) {
    uint64_t word = set.words[at / 2][at % 2];
    result |= ((word & tops) >> 7) * 0x0102040810204080 >> 56 << (8 * at);
  }
  return result;
}

/// Never 64: the compiler must know that there is a bit.
static inline uint32_t first_bit(uint64_t found) {
  return (uint32_t)__builtin_ctzll(found | 1ull << 63);
}
