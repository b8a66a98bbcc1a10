#include "Scalars.h"

/// How far a string has been read, and its text written.
typedef struct {
  size_t read, written;
} text_state;

/// Resolves the escapes `\uXXXX` that follow one another. The state isn't passed as an address,
/// so that the caller keeps it in registers.
static inline text_state unescape_units(
    const uint8_t *string, size_t count, size_t read, uint8_t *text, size_t written) {
  while (count - read >= 6 && string[read] == '\\' && string[read + 1] == 'u') {
    uint32_t value = (uint32_t)code_unit(string + read + 2);
    read += 6;
    if ((value & 0xF800) == 0xD800) {
      uint32_t second = (uint32_t)code_unit(string + read + 2);
      value = 0x10000 + ((value & 0x3FF) << 10) + (second & 0x3FF);
      read += 6;
    }
    size_t length = length_of(value);
    if (length == 1) {
      text[written] = (uint8_t)value;
    } else {
      encode(value, length, text + written);
    }
    written += length;
  }
  return (text_state){read, written};
}

#ifdef HAS_LOOKUPS

/// A character that JSON allows after a backslash has a bit that both of its halves have: bit 0
/// for `"` and `/`, 1 for `\\`, 2 for `b`, `f` and `n`, 3 for `r`, `t` and `u`.
static const uint8_t escape_high[16] = {[2] = 1, [5] = 2, [6] = 4, [7] = 8};
static const uint8_t escape_low[16] = {
    [2] = 1 | 4 | 8, [4] = 8, [5] = 8, [6] = 4, [12] = 2, [14] = 4, [15] = 1};

/// The escaped bytes that JSON doesn't allow after a backslash.
static inline uint64_t unknown_escapes(block bytes, const uint8_t *source, uint64_t escaped) {
  (void)source;
  block common =
      both(lookup(escape_high, high_halves(bytes)), lookup(escape_low, low_halves(bytes)));
  return escaped & bits(equal(common, 0));
}

/// Writes the bytes that are kept, one after the other, and what escaped characters stand for.
static inline void store_text(
    uint8_t *text, block bytes, const uint8_t *source, uint64_t escaped, uint64_t kept) {
  (void)source;
  store_kept(text, resolved(bytes, escaped), kept);
}

#else

/// As above. Most escapes are of a few kinds, and the others are looked up.
static inline uint64_t unknown_escapes(block bytes, const uint8_t *source, uint64_t escaped) {
  lanes frequent = either(
      either(equal(bytes, 'n'), equal(bytes, '"')), either(equal(bytes, '\\'), equal(bytes, 't')));
  uint64_t unknown = escaped & ~bits(frequent);
  for (uint64_t left = unknown; left; left &= left - 1) {
    if (meanings[source[__builtin_ctzll(left)]]) { unknown &= ~(left & -left); }
  }
  return unknown;
}

/// As above. From each escaped character on, the bytes are copied again, to where they move to.
static inline void store_text(
    uint8_t *text, block bytes, const uint8_t *source, uint64_t escaped, uint64_t kept) {
  store(text, bytes);
  escaped &= kept;
  // If the first byte is escaped, its backslash isn't in this block. The sum begins below 0.
  size_t dropped = 0 - (size_t)(escaped & 1);
  for (; escaped; escaped &= escaped - 1) {
    size_t at = (size_t)__builtin_ctzll(escaped);
    dropped += 1;
    store(text + at - dropped, load(source + at));
    text[at - dropped] = meanings[source[at]];
  }
}

#endif

/// The bytes that follow a backslash which isn't escaped itself.
///
/// `is_before` is 1 if such a backslash precedes the block, and is updated for the next block.
static inline uint64_t escaped_bytes(uint64_t backslashes, uint64_t *is_before) {
  const uint64_t even = 0x5555555555555555;
  backslashes &= ~*is_before;
  uint64_t behind = backslashes << 1 | *is_before;
  // In a run of backslashes every second one is escaped. Adding a run's first bit to the run
  // carries a bit just past its end. So a run that begins at an odd place swaps even and odd for
  // itself.
  uint64_t odd_starts = backslashes & ~even & ~behind;
  unsigned long long turned;
  *is_before = __builtin_uaddll_overflow(odd_starts, backslashes, &turned);
  return (even ^ turned << 1) & behind;
}

static size_t string_end(const uint8_t *line, size_t count, size_t start, int *has_escapes) {
  uint64_t is_escaped = 0, all_escaped = 0;
  // The bytes where the second half of a surrogate pair has its `u`.
  const uint8_t *second_half = line;
  for (size_t place = start; place < count; place += 64) {
    // A branch predictor can't guess whether a block has escapes. So all of this is done for every
    // block.
    block bytes = load(line + place);
    uint64_t escaped = escaped_bytes(bits(equal(bytes, '\\')), &is_escaped);
    uint64_t quotes = bits(equal(bytes, '"')) & ~escaped;
    // No bits if there is no quote: then the whole block is inside the string.
    uint64_t inside = quotes ^ (quotes - 1);
    // Bytes after the line are ignored.
    if (count - place < 64) { inside &= (1ull << (count - place)) - 1; }
    uint64_t faults =
        unknown_escapes(bytes, line + place, escaped) | bits(is_in(bytes, 0, 0x20));
    if (faults & inside) { return SIZE_MAX; }
    all_escaped |= escaped & inside;
    uint64_t units = escaped & inside & bits(equal(bytes, 'u'));
    for (; units; units &= units - 1) {
      const uint8_t *unit = line + place + __builtin_ctzll(units);
      int32_t value = code_unit(unit + 1);
      if (value < 0) { return SIZE_MAX; }
      if ((value & 0xF800) != 0xD800) { continue; }
      if (value >= 0xDC00) {
        if (second_half != unit) { return SIZE_MAX; }
      } else {
        if (unit[5] != '\\' || unit[6] != 'u' || (code_unit(unit + 7) & ~0x3FF) != 0xDC00) {
          return SIZE_MAX;
        }
        second_half = unit + 6;
      }
    }
    if (quotes) {
      size_t end = place + (size_t)__builtin_ctzll(quotes);
      *has_escapes = all_escaped != 0;
      return end < count ? end : SIZE_MAX;
    }
  }
  return SIZE_MAX;
}

/// Moves the bytes that stay together: no branch depends on escapes, except those of `\u`.
static size_t unescape(const uint8_t *string, size_t count, uint8_t *text) {
  text_state at = {0, 0};
  uint64_t is_escaped = 0;
  while (at.read < count) {
    size_t length = count - at.read < 64 ? count - at.read : 64;
    block bytes = load(string + at.read);
    uint64_t backslashes = bits(equal(bytes, '\\'));
    uint64_t escaped = escaped_bytes(backslashes, &is_escaped);
    uint64_t units = escaped & bits(equal(bytes, 'u'));
    if (units) {
      size_t unit = (size_t)__builtin_ctzll(units);
      if (unit == 0) {
        // The backslash was the last byte before, which is not written.
        at = unescape_units(string, count, at.read - 1, text, at.written);
        is_escaped = 0;
        continue;
      }
      length = unit - 1 < length ? unit - 1 : length;
    }
    uint64_t kept = (escaped | ~backslashes) & ((length < 64 ? 1ull << length : 0) - 1);
    store_text(text + at.written, bytes, string + at.read, escaped, kept);
    at.written += (size_t)__builtin_popcountll(kept);
    at.read += length;
    if (units && at.read < count) {
      at = unescape_units(string, count, at.read, text, at.written);
      is_escaped = 0;
    }
  }
  return at.written;
}
