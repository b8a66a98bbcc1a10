#include "CVector.h"
#include "Vectors.h"

#if defined(__x86_64__)
#include <immintrin.h>

/// The value of four hexadecimal digits, or -1.
static inline int32_t code_unit(const uint8_t *digits) {
  int32_t value = 0;
  for (size_t index = 0; index < 4; index += 1) {
    uint8_t digit = (uint8_t)(digits[index] - '0');
    uint8_t letter = (uint8_t)((digits[index] | 0x20) - 'a');
    if (digit > 9) {
      if (letter > 5) { return -1; }
      digit = (uint8_t)(letter + 10);
    }
    value = value << 4 | digit;
  }
  return value;
}

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
  uint64_t odd_starts = backslashes & ~even & ~behind, turned;
  *is_before = __builtin_add_overflow(odd_starts, backslashes, &turned);
  return (even ^ turned << 1) & behind;
}

/// The characters that `\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r` and `\t` stand for, and 'u' for
/// `\u`.
///
/// Any other character after a backslash gives 0, an error.
static const uint8_t meanings[128] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
    ['n'] = '\n', ['r'] = '\r', ['t'] = '\t', ['u'] = 'u'};

static inline VECTOR __m512i meaning(__m512i bytes) {
  return _mm512_permutex2var_epi8(
      _mm512_loadu_si512(meanings), bytes, _mm512_loadu_si512(meanings + 64));
}

VECTOR size_t dsel_vector_string_end(
    const uint8_t *line, size_t count, size_t start, int *has_escapes) {
  const __m512i quote = _mm512_set1_epi8('"'), backslash = _mm512_set1_epi8('\\');
  const __m512i space = _mm512_set1_epi8(' '), unit_escape = _mm512_set1_epi8('u');
  uint64_t is_escaped = 0, all_escaped = 0;
  // The bytes where the second half of a surrogate pair has its `u`.
  const uint8_t *second_half = line;
  for (size_t place = start; place < count; place += 64) {
    // A branch predictor can't guess whether a block has escapes. So all of this is done for every
    // block.
    __m512i bytes = _mm512_loadu_si512(line + place);
    uint64_t escaped =
        escaped_bytes(_mm512_cmpeq_epi8_mask(bytes, backslash), &is_escaped);
    uint64_t quotes = _mm512_cmpeq_epi8_mask(bytes, quote) & ~escaped;
    // No bits if there is no quote: then the whole block is inside the string.
    uint64_t inside = quotes ^ (quotes - 1);
    // Bytes after the line are ignored.
    if (count - place < 64) { inside &= (1ull << (count - place)) - 1; }
    __m512i means = meaning(bytes);
    uint64_t faults = _mm512_testn_epi8_mask(means, means) | _mm512_movepi8_mask(bytes);
    faults = (faults & escaped) | _mm512_cmplt_epu8_mask(bytes, space);
    if (faults & inside) { return SIZE_MAX; }
    all_escaped |= escaped & inside;
    uint64_t units = escaped & inside & _mm512_cmpeq_epi8_mask(bytes, unit_escape);
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

/// Resolves the escapes `\uXXXX` that follow one another from `read` on, and returns their end.
static inline size_t unescape_units(
    const uint8_t *string, size_t count, size_t read, uint8_t *text, size_t *written) {
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
      text[*written] = (uint8_t)value;
    } else {
      encode(value, length, text + *written);
    }
    *written += length;
  }
  return read;
}

VECTOR size_t dsel_vector_unescape(const uint8_t *string, size_t count, uint8_t *text) {
  const __m512i backslash = _mm512_set1_epi8('\\'), unit_escape = _mm512_set1_epi8('u');
  size_t read = 0, written = 0;
  uint64_t is_escaped = 0;
  while (read < count) {
    size_t length = count - read < 64 ? count - read : 64;
    __m512i bytes = _mm512_loadu_si512(string + read);
    uint64_t backslashes = _mm512_cmpeq_epi8_mask(bytes, backslash);
    uint64_t escaped = escaped_bytes(backslashes, &is_escaped);
    uint64_t units = escaped & _mm512_cmpeq_epi8_mask(bytes, unit_escape);
    if (units) {
      size_t unit = (size_t)__builtin_ctzll(units);
      if (unit == 0) {
        // The backslash was the last byte before, which is not written.
        read = unescape_units(string, count, read - 1, text, &written);
        is_escaped = 0;
        continue;
      }
      length = unit - 1 < length ? unit - 1 : length;
    }
    uint64_t kept = (escaped | ~backslashes) & ((length < 64 ? 1ull << length : 0) - 1);
    __m512i unescaped = _mm512_mask_mov_epi8(bytes, escaped, meaning(bytes));
    _mm512_storeu_si512(text + written, _mm512_maskz_compress_epi8(kept, unescaped));
    written += (size_t)__builtin_popcountll(kept);
    read += length;
    if (units && read < count) {
      read = unescape_units(string, count, read, text, &written);
      is_escaped = 0;
    }
  }
  return written;
}

#else

// Never called: other processors run the Swift code.
size_t dsel_vector_string_end(
    const uint8_t *line, size_t count, size_t start, int *has_escapes) {
  __builtin_trap();
}

size_t dsel_vector_unescape(const uint8_t *string, size_t count, uint8_t *text) {
  __builtin_trap();
}

#endif
