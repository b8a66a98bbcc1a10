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

/// The bytes after those of `first`, of which one may be the last of the preceding block.
static inline uint64_t behind(uint64_t first, uint64_t *last_before) {
  uint64_t found = first << 1 | *last_before;
  *last_before = first >> 63;
  return found;
}

/// Compares the bytes that continue a scalar with those that the first bytes ask for.
static int is_utf8(const uint8_t *bytes, size_t count) {
  uint64_t awaited = 0, last[4] = {0};
  // The last part, which may be empty, ends with zeros: a scalar before them isn't complete.
  for (size_t place = 0; place <= count; place += 64) {
    size_t length = count - place;
    block next = length >= 64 ? load(bytes + place) : load_part(bytes + place, length);
    uint64_t beyond = bits(is_beyond(next));
    if ((beyond | awaited) == 0) { continue; }
    uint64_t tails = bits(is_in(next, 0x80, 0x40));
    uint64_t four = bits(is_in(next, 0xF0, 5)), three = bits(is_in(next, 0xE0, 16)) | four;
    uint64_t two = bits(is_in(next, 0xC2, 0x1E)) | three;
    uint64_t faults = beyond & ~(tails | two);
    faults |= tails ^ (two << 1 | three << 2 | four << 3 | awaited);
    awaited = two >> 63 | three >> 62 | four >> 61;
    // After some first bytes the range of the second is narrower, which excludes overlong forms,
    // surrogates and numbers above U+10FFFF.
    if (three | last[0] | last[1] | last[2] | last[3]) {
      faults |= behind(bits(equal(next, 0xE0)), last) & bits(is_in(next, 0x80, 0x20));
      faults |= behind(bits(equal(next, 0xED)), last + 1) & bits(is_in(next, 0xA0, 0x20));
      faults |= behind(bits(equal(next, 0xF0)), last + 2) & bits(is_in(next, 0x80, 0x10));
      faults |= behind(bits(equal(next, 0xF4)), last + 3) & bits(is_in(next, 0x90, 0x30));
    }
    if (faults) { return 0; }
  }
  return 1;
}

#endif
