#ifdef HAS_LOOKUPS

/// UTF-8 is checked as simdjson does it: Keiser and Lemire, "Validating UTF-8 in less than one
/// instruction per byte" (2020).
///
/// Each bit is a fault of two bytes. It is found if the high half of the first byte, its low half
/// and the high half of the second byte all allow it. `two_tails` is no fault after the second byte
/// of three, or the second or third of four.
enum {
  too_short = 1 << 0,
  too_long = 1 << 1,
  overlong_3 = 1 << 2,
  too_large = 1 << 3,
  is_surrogate = 1 << 4,
  overlong_2 = 1 << 5,
  /// Above U+13FFFF, or the overlong form of four bytes.
  too_large_1000 = 1 << 6,
  overlong_4 = 1 << 6,
  two_tails = 1 << 7,
  any_low = too_short | too_long | two_tails,
};

static const uint8_t first_high[16] = {
    too_long, too_long, too_long, too_long, too_long, too_long, too_long, too_long,
    two_tails, two_tails, two_tails, two_tails,
    too_short | overlong_2,
    too_short,
    too_short | overlong_3 | is_surrogate,
    too_short | too_large | too_large_1000 | overlong_4};

static const uint8_t first_low[16] = {
    any_low | overlong_2 | overlong_3 | overlong_4,
    any_low | overlong_2,
    any_low,
    any_low,
    any_low | too_large,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000 | is_surrogate,
    any_low | too_large | too_large_1000,
    any_low | too_large | too_large_1000};

static const uint8_t second_high[16] = {
    too_short, too_short, too_short, too_short, too_short, too_short, too_short, too_short,
    too_long | overlong_2 | two_tails | overlong_3 | too_large_1000 | overlong_4,
    too_long | overlong_2 | two_tails | overlong_3 | too_large,
    too_long | overlong_2 | two_tails | is_surrogate | too_large,
    too_long | overlong_2 | two_tails | is_surrogate | too_large,
    too_short, too_short, too_short, too_short};

static int is_utf8(const uint8_t *bytes, size_t count) {
  block preceding = load_part(bytes, 0);
  uint64_t is_pending = 0;
  // The last part, which may be empty, ends with zeros: a scalar before them isn't complete.
  for (size_t place = 0; place <= count; place += 64) {
    size_t length = count - place;
    block next = length >= 64 ? load(bytes + place) : load_part(bytes + place, length);
    uint64_t beyond = bits(is_beyond(next));
    if (beyond | is_pending) {
      block first = before(next, preceding, 1);
      block faults = both(
          both(lookup(first_high, high_halves(first)), lookup(first_low, low_halves(first))),
          lookup(second_high, high_halves(next)));
      // The top bit is set where a scalar of three or four bytes needs another tail.
      lanes third = is_beyond(less(before(next, preceding, 2), 0x60));
      lanes fourth = is_beyond(less(before(next, preceding, 3), 0x70));
      if (has_faults(faults, either(third, fourth))) { return 0; }
    }
    is_pending = beyond >> 61;
    preceding = next;
  }
  return 1;
}

#else

/// Words of ASCII are skipped, and other scalars are read one at a time.
static int is_utf8(const uint8_t *bytes, size_t count) {
  size_t place = 0;
  while (place < count) {
    uint64_t word;
    if (count - place >= 32) {
      uint64_t words[4];
      memcpy(words, bytes + place, sizeof words);
      if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080) == 0) {
        place += sizeof words;
        continue;
      }
    }
    if (count - place >= sizeof word) {
      memcpy(&word, bytes + place, sizeof word);
      if ((word & 0x8080808080808080) == 0) {
        place += sizeof word;
        continue;
      }
    }
    uint8_t first = bytes[place];
    if (first < 0x80) {
      place += 1;
      continue;
    }
    size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first < 0xC2 || first > 0xF4 || length > count - place) { return 0; }
    // The second byte of some scalars has a narrower range, which excludes overlong forms,
    // surrogates and numbers above U+10FFFF.
    uint8_t second = bytes[place + 1];
    uint8_t least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < least || second > most) { return 0; }
    for (size_t tail = 2; tail < length; tail += 1) {
      if ((bytes[place + tail] & 0xC0) != 0x80) { return 0; }
    }
    place += length;
  }
  return 1;
}

#endif
