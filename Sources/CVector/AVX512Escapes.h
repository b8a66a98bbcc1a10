static inline block meaning(block bytes) {
  return _mm512_permutex2var_epi8(
      _mm512_loadu_si512(meanings), bytes, _mm512_loadu_si512(meanings + 64));
}

/// Moves the bytes that stay together: no branch depends on escapes, except those of `\u`.
static size_t unescape(const uint8_t *string, size_t count, uint8_t *text) {
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
