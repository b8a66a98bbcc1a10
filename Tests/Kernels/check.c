// Checks every back end of CVector that this processor has against plain code, on random and
// hostile bytes. `scripts/test.sh --only kernels` also runs it as a program for arm64.
//
// Texts end right before a page that may not be read. Strings are followed by 64 bytes, as CVector
// asks, and then by such a page.
#define _GNU_SOURCE
#include "CVector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint64_t state = 88172645463325252ull;

static uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

static size_t below(size_t limit) { return (size_t)(next_random() % limit); }

static void fail(int backend, const char *what, size_t size) {
  printf("%s: %s differs from plain code at %zu bytes\n", dsel_backend_name(backend), what, size);
  exit(1);
}

enum { room = 1 << 14 };

/// The end of memory before a page that may not be read.
static uint8_t *guarded(void) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), size = (room + page - 1) / page * page;
  uint8_t *start =
      mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + size, page, PROT_NONE) != 0) {
    perror("mmap");
    exit(2);
  }
  return start + size;
}

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

static size_t put(uint32_t value, uint8_t *bytes) {
  if (value < 0x80) {
    bytes[0] = (uint8_t)value;
    return 1;
  }
  size_t length = value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
  for (size_t index = length - 1; index > 0; index -= 1, value >>= 6) {
    bytes[index] = (uint8_t)(0x80 | (value & 0x3F));
  }
  bytes[0] = (uint8_t)((0xF00u >> length & 0xFF) | value);
  return length;
}

static uint32_t random_scalar(int kind) {
  static const uint32_t chosen[] = {
      0xC0, 0xD7, 0xDE, 0xDF, 0xE9, 0xF7, 0x130, 0x131, 0x1E9E, 0x2126, 0x212A, 0x23A, 0x2C65,
      0x2010, 0x2019, 0x2027, 0x2028, 0x200D, 0x3A3, 0x3C2, 0x3001, 0x3040, 0x3041, 0x3042, 0x3096,
      0x3097, 0x3099, 0x309B, 0x309D, 0x30A0, 0x30A1, 0x30FA, 0x30FB, 0x30FC, 0x30FF, 0x3100,
      0x4E00, 0x4FFF, 0x5000, 0x8FFF, 0x9000, 0x301, 0x300, 0x10400, 0x1F600, 0x10FFFF};
  switch (below(kind == 0 ? 40 : 6)) {
  case 0: return chosen[below(sizeof chosen / sizeof *chosen)];
  case 1: return 0x3040 + (uint32_t)below(0xC0);
  case 2: return 0xC0 + (uint32_t)below(0x40);
  case 3: return ' ';
  default: break;
  }
  static const char ascii[] = "aZ_09 .,;-\t\n\"\\{}\x1C\x1F\x7F[]@`";
  return below(3) == 0 ? (uint8_t)ascii[below(sizeof ascii - 1)] : 'a' + (uint32_t)below(26);
}

static size_t random_text(uint8_t *bytes, size_t limit, int kind) {
  size_t count = 0;
  while (count + 4 <= limit) { count += put(random_scalar(kind), bytes + count); }
  return count;
}

static void check_utf8(int backend, uint8_t *end) {
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

static void check_strings(int backend, uint8_t *end) {
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

// MARK: Tokens

/// Properties like those of the tokenizer, for the scalars above; all others are word characters.
static uint16_t block_numbers[0x1100], blocks[0x110000];
static const uint32_t lowercase[] = {0xE0, 0x69, 0xDF, 0x3C9, 0x6B, 0x2C65, 0x3C3, 0x10428};

static void make_properties(void) {
  for (uint32_t number = 0; number < 0x1100; number += 1) { block_numbers[number] = (uint16_t)number; }
  for (uint32_t value = 0x80; value < 0x110000; value += 1) {
    unsigned class_index = 2;
    if (value < 0xC0 || value == 0xD7 || value == 0xF7) { class_index = 0; }
    if (value >= 0x300 && value < 0x370) { class_index = 3; }
    if (value >= 0x2000 && value < 0x2070) { class_index = value == 0x2028 ? 1 : 0; }
    if (value == 0x200D) { class_index = 3; }
    if (value >= 0x3000 && value < 0x3100) { class_index = 0; }
    if ((value >= 0x3041 && value <= 0x3096) || (value >= 0x309D && value <= 0x309F) ||
        (value >= 0x30A1 && value <= 0x30FA) || value >= 0x30FC) {
      if (value < 0x3100) { class_index = 4; }
    }
    if (value == 0x3099) { class_index = 3; }
    if (value >= 0x4E00 && value < 0xA000) { class_index = 4; }
    if (value >= 0x1F600 && value < 0x1F650) { class_index = 0; }
    blocks[value] = (uint16_t)class_index;
  }
  for (uint32_t value = 0xC0; value < 0xDF; value += 1) {
    // Capitals of Latin-1 never reach the table.
    if (value != 0xD7) { blocks[value] |= 1 << 5; }
  }
  static const struct {
    uint32_t value, place;
  } mapped[] = {{0x1E9E, 2}, {0x2126, 3}, {0x212A, 4}, {0x23A, 5}, {0x3A3, 6}, {0x10400, 7}};
  for (size_t index = 0; index < sizeof mapped / sizeof *mapped; index += 1) {
    blocks[mapped[index].value] |= (uint16_t)((mapped[index].place + 1) << 5);
  }
}

typedef struct {
  uint8_t lowered[room];
  uint32_t starts[room], ends[room];
  size_t start_count, end_count, done;
} cut;

/// Cuts a text scalar by scalar.
static void plain_tokenize(const uint8_t *text, size_t count, int joins_marks, cut *made) {
  // 0: between tokens, 1: in other characters, 2: in a word, 4: in a single character.
  unsigned before = 0;
  made->start_count = made->end_count = made->done = 0;
  while (made->done < count) {
    uint8_t first = text[made->done];
    size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t value = length == 1 ? first : first & (0xFFu >> (length + 1));
    for (size_t tail = 1; tail < length; tail += 1) {
      value = value << 6 | (text[made->done + tail] & 0x3F);
    }
    unsigned kind;
    if (length == 1) {
      uint32_t lower = value >= 'A' && value <= 'Z' ? value + 32 : value;
      int is_word = (lower >= 'a' && lower <= 'z') || (value >= '0' && value <= '9') || value == '_';
      int is_space = (value >= 9 && value <= 13) || (value >= 28 && value <= 32);
      kind = is_word ? 2 : is_space ? 0 : 1;
      value = lower;
    } else {
      if (value == 0x130 || value == 0x3A3) { return; }
      if (value >= 0xC0 && value < 0xDF && value != 0xD7) {
        value += 32;
      } else if (blocks[value] >> 5) {
        uint32_t lower = lowercase[(blocks[value] >> 5) - 1];
        uint8_t unused[4];
        if (put(lower, unused) != length) { return; }
        value = lower;
      }
      unsigned class_index = value == 0xDF ? 2 : blocks[value] & 7;
      kind = class_index == 1 ? 0 : class_index == 0 ? 1 : class_index;
      if (kind == 3 && !joins_marks) { kind = 1; }
      if (kind == 4 && !joins_marks) { kind = 2; }
      // A mark continues whatever precedes it, and begins a word after a space.
      if (kind == 3) { kind = before == 0 ? 2 : before; }
    }
    int is_mark = length > 1 && (blocks[value] & 7) == 3 && joins_marks;
    int continues = before == kind && (kind != 4 || is_mark);
    if (before && !continues) { made->ends[made->end_count++] = (uint32_t)made->done; }
    if (kind && !continues) { made->starts[made->start_count++] = (uint32_t)made->done; }
    put(value, made->lowered + made->done);
    made->done += length;
    before = kind;
  }
}

static void check_tokens(int backend, uint8_t *end) {
  static uint8_t text[room];
  static cut expected, found;
  for (int round = 0; round < 40000; round += 1) {
    dsel_scalars scalars = {
        .block_numbers = block_numbers, .blocks = blocks, .lowercase = lowercase,
        .has_kana = below(2) != 0, .has_ideographs = below(2) != 0, .joins_marks = round / 2 & 1};
    size_t count = random_text(text, 4 + below(round % 20 == 0 ? 3000 : 200), round & 1);
    plain_tokenize(text, count, scalars.joins_marks, &expected);
    // In parts, which end between scalars.
    dsel_borders borders = {0};
    size_t done = 0;
    while (done < count) {
      size_t part = below(3) ? count - done : 1 + below(count - done);
      while (done + part < count && text[done + part] >> 6 == 2) { part += 1; }
      memcpy(end - part, text + done, part);
      size_t some = dsel_tokenize(
          backend, end - part, part, found.lowered + done, (uint32_t)done, found.starts,
          found.ends, &borders, &scalars);
      done += some;
      if (some < part) { break; }
    }
    int is_equal =
        done == expected.done && borders.start_count == expected.start_count &&
        borders.end_count == expected.end_count &&
        memcmp(found.lowered, expected.lowered, done) == 0 &&
        memcmp(found.starts, expected.starts, borders.start_count * sizeof(uint32_t)) == 0 &&
        memcmp(found.ends, expected.ends, borders.end_count * sizeof(uint32_t)) == 0;
    if (!is_equal) { fail(backend, "tokenize", count); }
  }
}

// MARK: Hashes

/// XXH3-64 of some texts, by libxxhash 0.8.1.
static void check_known_hashes(int backend) {
  static const struct {
    const char *text;
    uint64_t value;
  } known[] = {
      {"a", 0xE6C632B61E964E1Full},
      {"ab", 0xA873719C24D5735Cull},
      {"abc", 0x78AF5F94892F3950ull},
      {"abcd", 0x6497A96F53A89890ull},
      {"abcde", 0x55C65158EE9E652Dull},
      {"abcdef", 0xDA87BD32D3C47DB6ull},
      {"abcdefg", 0x5A40DC3FD44C052Full},
      {"abcdefgh", 0x6F45A76842A96483ull},
      {"abcdefghi", 0xE0DDE4FC174590A0ull},
      {"abcdefghij", 0xC85FF0A489414010ull},
      {"abcdefghijk", 0x386CB4F266186F62ull},
      {"abcdefghijkl", 0x52BEBA2086C3F6D7ull},
      {"abcdefghijklm", 0xD7B6FD946B75DF4Bull},
      {"abcdefghijklmn", 0xAA26CAB2AFA36140ull},
      {"abcdefghijklmno", 0xA8EDAF6DC2724D85ull},
      {"abcdefghijklmnop", 0x3D3CCAC9AF14D8A8ull},
      {"abcdefghijklmnopq", 0xCA7F3571DF47CACFull},
  };
  for (size_t index = 0; index < sizeof known / sizeof *known; index += 1) {
    uint8_t bytes[64] = {0};
    uint32_t start = 3, end = start + (uint32_t)strlen(known[index].text), longer[16];
    memcpy(bytes + start, known[index].text, end - start);
    uint64_t value;
    size_t longer_count = dsel_hash(backend, bytes, &start, &end, 1, &value, longer);
    if (longer_count != (end - start > 16) || (longer_count == 0 && value != known[index].value)) {
      fail(backend, "hash", end - start);
    }
  }
}

/// Hashes of many tokens at once are those of each alone, which `check_known_hashes` checks.
static void check_hashes(int backend, uint8_t *end) {
  enum { most = 700 };
  static uint32_t starts[most], ends[most], longer[most + 8], alone[16], ids[most];
  static uint64_t hashes[most], grams[most], again[most];
  for (int round = 0; round < 2000; round += 1) {
    size_t count = below(round % 10 == 0 ? most : 40), place = 0, longer_count = 0;
    for (size_t token = 0; token < count; token += 1) {
      place += below(3);
      starts[token] = (uint32_t)place;
      place += 1 + below(below(4) ? 8 : 20);
      ends[token] = (uint32_t)place;
    }
    uint8_t *bytes = end - 7 - place;
    for (size_t at = 0; at < place + 7; at += 1) { bytes[at] = (uint8_t)next_random(); }
    size_t found = dsel_hash(backend, bytes, starts, ends, count, hashes, longer);
    for (size_t token = 0; token < count; token += 1) {
      if (ends[token] - starts[token] > 16) {
        if (longer_count >= found || longer[longer_count] != token) {
          fail(backend, "longer", place);
        }
        longer_count += 1;
        hashes[token] = next_random();
        continue;
      }
      uint64_t one;
      dsel_hash(dsel_backend_count() - 1, bytes, starts + token, ends + token, 1, &one, alone);
      if (one != hashes[token]) { fail(backend, "hash", ends[token] - starts[token]); }
    }
    if (longer_count != found) { fail(backend, "longer", place); }

    uint64_t bucket_count = below(3) == 0 ? 1ull << below(32) : 1 + below(0xFFFFFFFF);
    dsel_buckets(backend, hashes, count, bucket_count, ids);
    for (size_t token = 0; token < count; token += 1) {
      if (ids[token] != (unsigned __int128)hashes[token] * bucket_count >> 64) {
        fail(backend, "buckets", count);
      }
      again[token] = next_random();
    }
    dsel_mix(backend, again, hashes, count, bucket_count, round & 1 ? grams : NULL, ids);
    for (size_t token = 0; token < count; token += 1) {
      uint64_t gram = ((again[token] << 29 | again[token] >> 35) + hashes[token]) *
                      0x9E3779B97F4A7C15ull;
      if ((round & 1 && grams[token] != gram) ||
          ids[token] != (unsigned __int128)gram * bucket_count >> 64) {
        fail(backend, "mix", count);
      }
    }
  }
}

static void check_sums(int backend, uint8_t *end) {
  enum { most = 1 << 16 };
  static uint32_t ids[most];
  for (int round = 0; round < 300; round += 1) {
    size_t value_count = 1 + below(5000);
    size_t count = round == 0 ? most : below(round % 10 == 0 ? 5000 : 70);
    // Two bytes after the last value can be read.
    int16_t *values = (int16_t *)(void *)(end - 2 * (value_count + 1));
    for (size_t at = 0; at <= value_count; at += 1) {
      values[at] = round == 0 ? INT16_MIN : (int16_t)next_random();
    }
    int64_t expected = 0;
    for (size_t at = 0; at < count; at += 1) {
      ids[at] = (uint32_t)(below(4) ? below(value_count) : value_count - 1);
      expected += values[ids[at]];
    }
    if (dsel_sum(backend, values, value_count, ids, count) != expected) {
      fail(backend, "sum", count);
    }
  }
}

int main(void) {
  uint8_t *end = guarded();
  make_properties();
  for (int backend = 0; backend < dsel_backend_count(); backend += 1) {
    check_utf8(backend, end);
    check_strings(backend, end);
    check_tokens(backend, end);
    check_known_hashes(backend);
    check_hashes(backend, end);
    check_sums(backend, end);
    printf("%s: as plain code\n", dsel_backend_name(backend));
  }
}
