#include "check.h"

/// Properties like those of the tokenizer, for the scalars above; all others are word characters.
static uint16_t block_numbers[0x1100], blocks[0x110000];
static const uint32_t lowercase[] = {0xE0, 0x69, 0xDF, 0x3C9, 0x6B, 0x2C65, 0x3C3, 0x10428};

void make_properties(void) {
  for (uint32_t number = 0; number < 0x1100; number += 1) { block_numbers[number] = (uint16_t)number; }
  for (uint32_t value = 0x80; value < 0x110000; value += 1) {
    unsigned class_index = 2;
    if (value < 0xC0 || value == 0xD7 || value == 0xF7) { class_index = 0; }
    if (value >= 0x300 && value < 0x370) { class_index = 3; }
    if (value >= 0x2000 && value < 0x2070) { class_index = value == 0x2028 ? 1 : 0; }
    if (value == 0x200D) { class_index = 3; }
    if (value >= 0x3001 && value < 0x3100) { class_index = 0; }
    // As in the tokenizer's tables, some between the marks of Japanese are of other classes.
    if (value >= 0x3005 && value < 0x3008) { class_index = 4; }
    if (value >= 0x3021 && value < 0x3030) { class_index = value < 0x302A ? 4 : 3; }
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

void check_tokens(int backend, uint8_t *end) {
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
