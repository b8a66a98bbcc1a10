#include "check.h"

// MARK: UTF-8

static int plain_is_utf8(const uint8_t *bytes, size_t count) {
  for (size_t at = 0; at < count;) {
    uint32_t first = bytes[at];
    size_t length = first < 0x80 ? 1 : first < 0xC0 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3
                  : first < 0xF8 ? 4 : 0;
    if (length == 0 || at + length > count) { return 0; }
    uint32_t value = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (size_t tail = 1; tail < length; tail += 1) {
      if (bytes[at + tail] >> 6 != 2) { return 0; }
      value = value << 6 | (bytes[at + tail] & 0x3F);
    }
    const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10FFFF || value >> 11 == 0x1B) { return 0; }
    at += length;
  }
  return 1;
}

void check_utf8(int backend, uint8_t *end) {
  static uint8_t text[room];
  for (int round = 0; round < 30000; round += 1) {
    size_t count = random_text(text, 4 + below(round % 10 == 0 ? 1000 : 150), round & 1);
    for (size_t changes = below(3); changes > 0 && count > 0; changes -= 1) {
      text[below(count)] = (uint8_t)(below(2) ? 0x80 + below(128) : next_random());
    }
    if (below(3) == 0) { count -= below(count < 3 ? count + 1 : 3); }
    memcpy(end - count, text, count);
    if (dsel_is_utf8(backend, end - count, count) != plain_is_utf8(text, count)) {
      fail(backend, "is_utf8", count);
    }
  }
  // Every scalar of two to four bytes whose tails are at borders, at the ends of blocks.
  static const uint8_t tails[] = {0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0};
  for (unsigned first = 0x80; first < 0x100; first += 1) {
    for (unsigned choice = 0; choice < 512; choice += 1) {
      for (size_t before = 60; before < 66; before += 1) {
        size_t count = before + 4 + choice % 2;
        memset(text, 'a', count);
        text[before] = (uint8_t)first;
        for (unsigned tail = 0; tail < 3; tail += 1) {
          text[before + 1 + tail] = tails[choice >> (3 * tail) & 7];
        }
        memcpy(end - count, text, count);
        for (size_t cut = 0; cut < 4; cut += 1) {
          // Without its last bytes, the scalar ends the text.
          memmove(end - (count - cut), text, count - cut);
          if (dsel_is_utf8(backend, end - (count - cut), count - cut) !=
              plain_is_utf8(text, count - cut)) {
            fail(backend, "is_utf8", count - cut);
          }
        }
      }
    }
  }
}

// MARK: Strings

static int hexadecimal(const uint8_t *digits, uint32_t *value) {
  *value = 0;
  for (int index = 0; index < 4; index += 1) {
    const char *place = strchr("0123456789abcdef", digits[index] | 0x20);
    int is_digit = digits[index] >= '0' && digits[index] <= '9';
    int is_letter = (digits[index] | 0x20) >= 'a' && (digits[index] | 0x20) <= 'f';
    if (!is_digit && !is_letter) { return 0; }
    *value = *value << 4 |
             (is_digit ? (uint32_t)(digits[index] - '0')
                       : (uint32_t)(place - "0123456789abcdef"));
  }
  return 1;
}

/// The end of a string, and its text, byte by byte.
static size_t plain_string(
    const uint8_t *line, size_t count, size_t at, uint8_t *text, size_t *length,
    int *has_escapes) {
  *length = 0;
  *has_escapes = 0;
  while (at < count && line[at] != '"') {
    if (line[at] < 0x20) { return SIZE_MAX; }
    if (line[at] != '\\') {
      text[(*length)++] = line[at++];
      continue;
    }
    *has_escapes = 1;
    if (at + 1 >= count) { return SIZE_MAX; }
    static const char escapes[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    if (line[at + 1] != 'u') {
      const char *found = line[at + 1] ? strchr(escapes, line[at + 1]) : NULL;
      if (!found) { return SIZE_MAX; }
      text[(*length)++] = (uint8_t)means[found - escapes];
      at += 2;
      continue;
    }
    uint32_t value, second;
    if (at + 6 > count || !hexadecimal(line + at + 2, &value)) { return SIZE_MAX; }
    at += 6;
    if (value >= 0xD800 && value < 0xE000) {
      int is_pair = value < 0xDC00 && at + 6 <= count && line[at] == '\\' &&
                    line[at + 1] == 'u' && hexadecimal(line + at + 2, &second) &&
                    second >= 0xDC00 && second < 0xE000;
      if (!is_pair) { return SIZE_MAX; }
      value = 0x10000 + ((value - 0xD800) << 10) + (second - 0xDC00);
      at += 6;
    }
    *length += put(value, text + *length);
  }
  return at < count ? at : SIZE_MAX;
}

void check_strings(int backend, uint8_t *end) {
  static const char *pieces[] = {
      "\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9", "\\u4E2d",
      "\\ud83d\\ude00", "\\uDBFF\\uDFFF", "\\\\\\\\", "a", "bc", "the quick brown fox jumps over",
      "\xC3\xA9", "\xE4\xB8\xAD", "\x7F", "uuuu", "\\u000a\\u000A"};
  static const char *faults[] = {
      "\\a", "\\U0041", "\\u", "\\u00", "\\u004g", "\\ud83d", "\\ude00", "\\ud83d\\u0041",
      "\\ud83d\\ud83d", "\t", "\x01", "\\\xC3\xA9", "\\ ", "\\2", "\\5", "\\R", "\\,", "\"", "\\"};
  static uint8_t line[room], expected[room], found[room + 64];
  for (int round = 0; round < 60000; round += 1) {
    size_t count = 0, limit = below(round % 20 == 0 ? 1500 : 200);
    while (count < limit) {
      const char *piece = below(200) == 0
                              ? faults[below(sizeof faults / sizeof *faults)]
                              : pieces[below(sizeof pieces / sizeof *pieces)];
      memcpy(line + count, piece, strlen(piece));
      count += strlen(piece);
    }
    if (below(8)) { line[count++] = '"'; }
    // What follows the line must not matter.
    uint8_t *start = end - 64 - count;
    memcpy(start, line, count);
    for (int index = 0; index < 64; index += 1) { start[count + (size_t)index] = "\"\\u0 "[below(5)]; }
    size_t first = below(4) ? 0 : below(count + 1), length = 0;
    int has_escapes = 0, found_escapes = 0;
    size_t place = plain_string(line, count, first, expected, &length, &has_escapes);
    if (dsel_string_end(backend, start, count, first, &found_escapes) != place) {
      fail(backend, "string_end", count);
    }
    if (place == SIZE_MAX) { continue; }
    if (has_escapes != found_escapes) { fail(backend, "has_escapes", count); }
    if (dsel_unescape(backend, start + first, place - first, found) != length ||
        memcmp(found, expected, length) != 0) {
      fail(backend, "unescape", count);
    }
  }
}
