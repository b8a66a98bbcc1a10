#ifndef DSEL_SCALARS_H
#define DSEL_SCALARS_H

#include <stddef.h>
#include <stdint.h>

/// The number of bytes of a scalar in UTF-8.
static inline size_t length_of(uint32_t value) {
  return value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;
}

/// Writes a scalar beyond ASCII.
static inline void encode(uint32_t value, size_t length, uint8_t *bytes) {
  for (size_t index = length - 1; index > 0; index -= 1) {
    bytes[index] = (uint8_t)(0x80 | (value & 0x3F));
    value >>= 6;
  }
  bytes[0] = (uint8_t)((0xF00u >> length & 0xFF) | value);
}

/// The complete scalar at `bytes`, which is beyond ASCII, and its number of bytes: 2 to 4.
static inline uint32_t scalar(const uint8_t *bytes, size_t *length) {
  uint32_t second = bytes[1] & 0x3F;
  if (bytes[0] < 0xE0) {
    *length = 2;
    return (bytes[0] & 0x1Fu) << 6 | second;
  }
  uint32_t third = bytes[2] & 0x3F;
  if (bytes[0] < 0xF0) {
    *length = 3;
    return (bytes[0] & 0x0Fu) << 12 | second << 6 | third;
  }
  *length = 4;
  return (bytes[0] & 0x07u) << 18 | second << 12 | third << 6 | (bytes[3] & 0x3Fu);
}

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

/// The characters that `\"`, `\\`, `\/`, `\b`, `\f`, `\n`, `\r` and `\t` stand for, and 'u' for
/// `\u`.
///
/// Any other character after a backslash gives 0, an error.
static const uint8_t meanings[256] = {
    ['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
    ['n'] = '\n', ['r'] = '\r', ['t'] = '\t', ['u'] = 'u'};

#endif
