#include "Scalars.h"

#ifndef HAS_LIST
/// Writes the places of the set bits, and returns their number.
///
/// Writes eight places at a time: their number can't be guessed, and would cost a branch each.
static inline size_t list(uint64_t found, uint32_t base, uint32_t *places) {
  size_t count = (size_t)__builtin_popcountll(found);
  for (size_t written = 0; written < count; written += 8) {
    for (size_t index = 0; index < 8; index += 1) {
      places[written + index] = base + first_bit(found);
      found &= found - 1;
    }
  }
  return count;
}
#endif

#ifndef HAS_RAISED
/// Writes a block, in which the bytes of `chosen` are 32 more: their lower-case forms.
static inline void store_raised(uint8_t *bytes, block stored, uint64_t chosen) {
  store(bytes, stored);
  for (; chosen; chosen &= chosen - 1) { bytes[__builtin_ctzll(chosen)] += 0x20; }
}
#endif

#ifndef HAS_CLASSES
/// Finds the word characters and the white space of ASCII, and returns the block in lower case.
static inline block classify(block bytes, uint64_t *word, uint64_t *space) {
  block lower = lowercase(bytes);
  *word = bits(either(either(is_in(lower, 'a', 26), is_in(bytes, '0', 10)), equal(bytes, '_')));
  *space = bits(either(is_in(bytes, 0x09, 5), is_in(bytes, 0x1C, 5)));
  return lower;
}
#endif

/// The classes of a block of up to 64 bytes, one bit per byte.
typedef struct {
  size_t count;
  uint64_t word, other;
  /// The bytes that begin a token even if the byte before has the same class.
  ///
  /// `break_behind` is this bit for the byte after the 64th.
  uint64_t breaks, break_behind;
} classes;

static inline void set_break(classes *found, size_t at) {
  if (at < 64) {
    found->breaks |= 1ull << at;
  } else {
    found->break_behind = 1;
  }
}

/// Adds a scalar of a class, which stands at `at`.
static inline void add_scalar(
    classes *found, unsigned class_index, size_t at, size_t length, uint64_t other_before,
    int joins_marks) {
  uint64_t whole = ((1ull << length) - 1) << at;
  switch (class_index) {
  case 1: break;
  case 2: found->word |= whole; break;
  case 3:
    if (!joins_marks) {
      found->other |= whole;
      break;
    }
    if ((found->other << 1 | other_before) >> at & 1) {
      found->other |= whole;
    } else {
      found->word |= whole;
    }
    if (found->breaks >> at & 1) {
      found->breaks &= ~(1ull << at);
      set_break(found, at + length);
    }
    break;
  case 4:
    found->word |= whole;
    if (joins_marks) {
      set_break(found, at);
      set_break(found, at + length);
    }
    break;
  default: found->other |= whole;
  }
}

/// Adds the scalars beyond ASCII, whose bytes are set in `marked`.
///
/// Ends the block before a scalar that is left to the caller.
static inline void add_scalars(
    classes *found, uint64_t marked, const uint8_t *text, uint8_t *lowered, uint64_t other_before,
    const dsel_scalars *scalars) {
  while (marked) {
    size_t at = (size_t)__builtin_ctzll(marked), length;
    uint32_t value = scalar(text + at, &length);
    uint16_t properties =
        scalars->blocks[(uint32_t)scalars->block_numbers[value >> 8] << 8 | (value & 0xFF)];
    if (__builtin_expect(properties >> 5 != 0 && value != 0x3A3, 0)) {
      uint32_t lower = scalars->lowercase[(properties >> 5) - 1];
      if (length_of(lower) == length) {
        encode(lower, length, lowered + at);
        properties =
            scalars->blocks[(uint32_t)scalars->block_numbers[lower >> 8] << 8 | (lower & 0xFF)] & 7;
      }
    }
    if (properties >> 5 != 0 || value == 0x130) {
      found->count = at;
      return;
    }
    marked &= ~(((1ull << length) - 1) << at);
    add_scalar(found, properties & 7, at, length, other_before, scalars->joins_marks);
  }
}

/// The number of a block's 64 bytes that belong to scalars which are completely within it.
static inline size_t whole_bytes(const uint8_t *bytes) {
  return bytes[63] >= 0xC0 ? 63 : bytes[62] >= 0xE0 ? 62 : bytes[61] >= 0xF0 ? 61 : 64;
}

/// The first bytes of letters of Hiragana and Katakana, among those of U+3000 to U+3FFF: see
/// `has_kana`.
static inline uint64_t kana_in(block bytes, uint64_t firsts) {
  // U+3040; U+3097 to U+309C, and U+30A0; U+30FB.
  uint64_t first = bits(equal(bytes, 0x81)) >> 1 & ~(bits(equal(bytes, 0x80)) >> 2);
  uint64_t second = bits(equal(bytes, 0x82)) >> 1 &
                    ~(bits(either(is_in(bytes, 0x97, 6), equal(bytes, 0xA0))) >> 2);
  uint64_t third = bits(equal(bytes, 0x83)) >> 1 & ~(bits(equal(bytes, 0xBB)) >> 2);
  return firsts & (first | second | third);
}

/// The first bytes of U+3001 to U+3004 and of U+3008 to U+3020: punctuation, beside some symbols.
static inline uint64_t marks_in(block bytes, uint64_t firsts) {
  return firsts & bits(equal(bytes, 0x80)) >> 1 &
         bits(either(is_in(bytes, 0x81, 4), is_in(bytes, 0x88, 0x19))) >> 2;
}

/// Adds the most frequent scalars beyond ASCII all at once, if they are completely within the
/// block: letters of Latin-1, the punctuation of U+2010 to U+2027 and of Japanese, kana, and most
/// ideographs.
///
/// Sets `capitals` to the second bytes of capital letters, and returns `marked` without the bytes
/// of all these scalars.
static inline uint64_t add_common(
    classes *found, uint64_t marked, block bytes, uint64_t valid, uint64_t *capitals,
    const dsel_scalars *scalars) {
  // The bit of each scalar's first byte, found by the byte after it.
  uint64_t letters = bits(equal(bytes, 0xC3)) & valid >> 1;
  if (letters) {
    // The signs of multiplication and division.
    letters &= ~(bits(either(equal(bytes, 0x97), equal(bytes, 0xB7))) >> 1);
    *capitals = letters << 1 & bits(is_in(bytes, 0x80, 0x1F));
    letters |= letters << 1;
  }
  uint64_t punctuation = bits(equal(bytes, 0xE2)) & valid >> 2;
  if (punctuation) {
    punctuation &= bits(equal(bytes, 0x80)) >> 1 & bits(is_in(bytes, 0x90, 0x18)) >> 2;
  }
  uint64_t singles = 0;
  if (scalars->has_ideographs) {
    singles = bits(is_in(bytes, 0xE5, 5)) |
              (bits(equal(bytes, 0xE4)) & bits(is_in(bytes, 0xB8, 8)) >> 1);
  }
  uint64_t japanese = bits(equal(bytes, 0xE3)) & valid >> 2;
  if (japanese) {
    punctuation |= marks_in(bytes, japanese);
    if (scalars->has_kana) { singles |= kana_in(bytes, japanese); }
  }
  punctuation |= punctuation << 1 | punctuation << 2;
  singles &= valid >> 2;
  if (scalars->joins_marks) {
    found->breaks |= singles | singles << 3;
    found->break_behind |= singles >> 61;
  }
  singles |= singles << 1 | singles << 2;

  found->word |= letters | singles;
  found->other |= punctuation;
  return marked & ~(letters | punctuation | singles);
}

static size_t tokenize(
    const uint8_t *text, size_t count, uint8_t *lowered, uint32_t place, uint32_t *starts,
    uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars) {
  dsel_borders state = *borders;
  size_t done = 0;
  while (done < count) {
    classes found = {.count = count - done < 64 ? count - done : 64, .breaks = state.break_before};
    block bytes = found.count == 64 ? load(text + done) : load_part(text + done, found.count);
    uint64_t beyond = bits(is_beyond(bytes));
    uint64_t space;
    block lower = classify(bytes, &found.word, &space);
    found.other = ~(found.word | space | beyond);
    if (beyond && found.count == 64) { found.count = whole_bytes(text + done); }
    uint64_t valid = ~0ull >> (64 - found.count), marked = 0, capitals = 0;
    if (beyond) { marked = add_common(&found, beyond & valid, bytes, valid, &capitals, scalars); }
    store_raised(lowered + done, lower, capitals);
    if (__builtin_expect(marked != 0, 0)) {
      add_scalars(&found, marked, text + done, lowered + done, state.other_before, scalars);
      if (found.count == 0) { break; }
      valid = ~0ull >> (64 - found.count);
    }
    uint64_t word = found.word & valid;
    uint64_t other = found.other & valid;
    uint64_t word_before = word << 1 | state.word_before;
    uint64_t other_before = other << 1 | state.other_before;
    uint64_t broken = found.breaks & word & word_before;
    uint64_t begins = (word & ~word_before) | (other & ~other_before) | broken;
    uint64_t finishes = ((~word & word_before) | (~other & other_before) | broken) & valid;
    state.word_before = word >> (found.count - 1);
    state.other_before = other >> (found.count - 1);
    state.break_before =
        found.count < 64 ? found.breaks >> found.count & 1 : found.break_behind;
    uint32_t base = place + (uint32_t)done;
    state.start_count += list(begins, base, starts + state.start_count);
    state.end_count += list(finishes, base, ends + state.end_count);
    done += found.count;
  }
  *borders = state;
  return done;
}
