#include <stdint.h>

/// Which of eight bytes are kept: the places of the bits of each mask, the lowest first.
///
/// A back end that can look up bytes, but not compress them, moves eight bytes at a time with it.

#define PLACES_0 0x00000000
#define PLACES_1 0x00000000
#define PLACES_2 0x00000001
#define PLACES_3 0x00000100
#define PLACES_4 0x00000002
#define PLACES_5 0x00000200
#define PLACES_6 0x00000201
#define PLACES_7 0x00020100
#define PLACES_8 0x00000003
#define PLACES_9 0x00000300
#define PLACES_A 0x00000301
#define PLACES_B 0x00030100
#define PLACES_C 0x00000302
#define PLACES_D 0x00030200
#define PLACES_E 0x00030201
#define PLACES_F 0x03020100

#define BITS_0 0
#define BITS_1 1
#define BITS_2 1
#define BITS_3 2
#define BITS_4 1
#define BITS_5 2
#define BITS_6 2
#define BITS_7 3
#define BITS_8 1
#define BITS_9 2
#define BITS_A 2
#define BITS_B 3
#define BITS_C 2
#define BITS_D 3
#define BITS_E 3
#define BITS_F 4

/// The places of the upper half's bits come after those of the lower half.
#define ENTRY(high, low)                                                                           \
  ((uint64_t)PLACES_##low | ((uint64_t)PLACES_##high + 0x04040404) << 8 * BITS_##low)
#define ROW(high)                                                                                  \
  ENTRY(high, 0), ENTRY(high, 1), ENTRY(high, 2), ENTRY(high, 3), ENTRY(high, 4),                  \
      ENTRY(high, 5), ENTRY(high, 6), ENTRY(high, 7), ENTRY(high, 8), ENTRY(high, 9),              \
      ENTRY(high, A), ENTRY(high, B), ENTRY(high, C), ENTRY(high, D), ENTRY(high, E),              \
      ENTRY(high, F)

/// In each entry, as many bytes as the mask has bits are places; those after them mean nothing.
static const uint64_t kept_places[256] = {
    ROW(0), ROW(1), ROW(2), ROW(3), ROW(4), ROW(5), ROW(6), ROW(7),
    ROW(8), ROW(9), ROW(A), ROW(B), ROW(C), ROW(D), ROW(E), ROW(F)};

/// In each byte, the number of bits that are set in this byte and those below.
static inline uint64_t counts_up_to(uint64_t found) {
  const uint64_t fives = 0x5555555555555555, threes = 0x3333333333333333;
  uint64_t counts = found - (found >> 1 & fives);
  counts = (counts & threes) + (counts >> 2 & threes);
  return ((counts + (counts >> 4)) & 0x0F0F0F0F0F0F0F0F) * 0x0101010101010101;
}

/// The characters that `\b`, `\f`, `\n`, `\r` and `\t` stand for, by bits 1 to 4 of the letter.
///
/// `\"`, `\\` and `\/` stand for themselves, and are below the letters.
static const uint8_t letter_meanings[16] = {
    [1] = '\b', [3] = '\f', [7] = '\n', [9] = '\r', [10] = '\t'};
