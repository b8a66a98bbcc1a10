/// Hashes by length class: 1 to 3, 4 to 8, and 9 to 16 bytes are hashed in different ways.
///
/// A branch predictor can't guess the lengths of tokens. So the tokens of a batch are first sorted
/// by class, without a branch, and then hashed class by class.

enum { batch = 256 };

/// The numbers of tokens within their batch. Lists are written eight at a time.
typedef struct {
  uint8_t tokens[3][batch + 8];
  size_t counts[3];
} length_classes;

#ifdef HAS_LENGTHS

/// Writes the places of the set bits, and returns the end. See `list` in the back ends.
static inline uint8_t *list_tokens(uint64_t found, size_t base, uint8_t *tokens) {
  uint64_t counts = counts_up_to(found), counts_before = counts << 8;
  uint64_t first = base * 0x0101010101010101;
  for (int group = 0; group < 8; group += 1) {
    uint64_t kept = kept_places[found >> 8 * group & 0xFF] + first;
    memcpy(tokens + (counts_before >> 8 * group & 0xFF), &kept, 8);
    first += 0x0808080808080808;
  }
  return tokens + (counts >> 56);
}

/// Sorts up to `batch` tokens, and returns the number of longer ones, which go to `longer`.
static size_t sort_by_length(
    const uint32_t *starts, const uint32_t *ends, size_t first, size_t count,
    length_classes *classes, uint32_t *longer) {
  uint8_t *next[3] = {classes->tokens[0], classes->tokens[1], classes->tokens[2]};
  size_t longer_count = 0;
  for (size_t base = 0; base < count; base += 64) {
    const uint32_t *next_starts = starts + first + base, *next_ends = ends + first + base;
    uint32_t last_starts[64], last_ends[64];
    uint64_t valid = ~0ull, up_to[3];
    if (count - base < 64) {
      memset(last_starts, 0, sizeof last_starts);
      memset(last_ends, 0, sizeof last_ends);
      memcpy(last_starts, next_starts, (count - base) * sizeof *last_starts);
      memcpy(last_ends, next_ends, (count - base) * sizeof *last_ends);
      next_starts = last_starts;
      next_ends = last_ends;
      valid = (1ull << (count - base)) - 1;
    }
    tokens_up_to(next_starts, next_ends, up_to);
    next[0] = list_tokens(up_to[0] & valid, base, next[0]);
    next[1] = list_tokens(up_to[1] & ~up_to[0] & valid, base, next[1]);
    next[2] = list_tokens(up_to[2] & ~up_to[1] & valid, base, next[2]);
    for (uint64_t left = valid & ~up_to[2]; left; left &= left - 1) {
      longer[longer_count] = (uint32_t)(first + base) + (uint32_t)__builtin_ctzll(left);
      longer_count += 1;
    }
  }
  for (int index = 0; index < 3; index += 1) {
    classes->counts[index] = (size_t)(next[index] - classes->tokens[index]);
  }
  return longer_count;
}

#else

/// As above, one token after the other.
static size_t sort_by_length(
    const uint32_t *starts, const uint32_t *ends, size_t first, size_t count,
    length_classes *classes, uint32_t *longer) {
  // A token is written to all four lists, and stays in one: the counts stay in registers.
  size_t counts[4] = {0};
  for (size_t token = 0; token < count; token += 1) {
    uint32_t length = ends[first + token] - starts[first + token];
    classes->tokens[0][counts[0]] = classes->tokens[1][counts[1]] =
        classes->tokens[2][counts[2]] = (uint8_t)token;
    longer[counts[3]] = (uint32_t)(first + token);
    counts[0] += length <= 3;
    counts[1] += length - 4 <= 4;
    counts[2] += length - 9 <= 7;
    counts[3] += length > 16;
  }
  memcpy(classes->counts, counts, sizeof classes->counts);
  return counts[3];
}

#endif

/// How the key is made of 1 to 3 bytes, by their number.
///
/// The key is, from its lowest byte on: the last byte, the length, the first, and the middle one,
/// which is the last of two. A multiplication puts copies of the bytes in these places, two bytes
/// too high. `flip` has the length, and words of the secret: 0 ^ 4.
static const struct {
  uint64_t mask[4], factor[4], flip[4];
} short_keys = {
    {0, 0xFF, 0xFFFF, 0xFFFFFF},
    {0, 1ull << 16 | 1ull << 32 | 1ull << 40, 1ull << 8 | 1ull << 32, 1ull | 1ull << 32},
    {0, 0x87275A9B ^ 0x100, 0x87275A9B ^ 0x200, 0x87275A9B ^ 0x300}};

/// XXH3-64 of 1 to 3 bytes. Reads 4.
static inline uint64_t hash_1_to_3(const uint8_t *bytes, size_t start, size_t end) {
  size_t length = end - start;
  uint32_t text;
  memcpy(&text, bytes + start, 4);
  uint32_t key = (uint32_t)((text & short_keys.mask[length]) * short_keys.factor[length] >> 16);
  // The finalisation of XXH64, whose first step changes nothing: the key has 32 bits.
  uint64_t value = (key ^ short_keys.flip[length]) * 0xC2B2AE3D27D4EB4Full;
  value = (value ^ value >> 29) * 0x165667B19E3779F9ull;
  return value ^ value >> 32;
}

/// XXH3-64 of 4 to 8 bytes.
static inline uint64_t hash_4_to_8(const uint8_t *bytes, size_t start, size_t end) {
  uint32_t first, last;
  memcpy(&first, bytes + start, 4);
  memcpy(&last, bytes + end - 4, 4);
  // Words of the secret: 8 ^ 16.
  uint64_t value = ((uint64_t)first << 32 | last) ^ (0x1CAD21F72C81017Cull ^ 0xDB979083E96DD4DEull);
  // Rotations by 49 and by 24.
  value ^= rotated(value ^ rotated(value, 25), 24);
  value *= 0x9FB21C651E98DF25ull;
  value = (value ^ ((value >> 35) + (end - start))) * 0x9FB21C651E98DF25ull;
  return value ^ value >> 28;
}

/// A loop for one class. It is a function of its own because it needs all registers.
#define HASH_CLASS(NAME, HASH)                                                                     \
  __attribute__((noinline)) static void NAME(                                                      \
      const uint8_t *tokens, size_t count, const uint8_t *bytes, const uint32_t *starts,           \
      const uint32_t *ends, uint64_t *hashes) {                                                    \
    for (size_t index = 0; index < count; index += 1) {                                            \
      size_t token = tokens[index];                                                                \
      hashes[token] = HASH(bytes, starts[token], ends[token]);                                     \
    }                                                                                              \
  }

HASH_CLASS(hash_class_1_to_3, hash_1_to_3)
HASH_CLASS(hash_class_4_to_8, hash_4_to_8)
HASH_CLASS(hash_class_9_to_16, hash_9_to_16)

static size_t hash(
    const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends, size_t count,
    uint64_t *hashes, uint32_t *longer) {
  length_classes classes;
  size_t longer_count = 0;
  for (size_t first = 0; first < count; first += batch) {
    size_t size = count - first < batch ? count - first : batch;
    longer_count +=
        sort_by_length(starts, ends, first, size, &classes, longer + longer_count);
    hash_class_1_to_3(
        classes.tokens[0], classes.counts[0], bytes, starts + first, ends + first, hashes + first);
    hash_class_4_to_8(
        classes.tokens[1], classes.counts[1], bytes, starts + first, ends + first, hashes + first);
    hash_class_9_to_16(
        classes.tokens[2], classes.counts[2], bytes, starts + first, ends + first, hashes + first);
  }
  return longer_count;
}
