#ifndef DSEL_VECTORS_H
#define DSEL_VECTORS_H

#include <stddef.h>
#include <stdint.h>

/// For functions that are called only if `dsel_vector_is_supported()`.
#define VECTOR                                                                                     \
  __attribute__((target(                                                                           \
      "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,bmi,popcnt")))

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

#endif
