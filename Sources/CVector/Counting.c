#include "CVector.h"

// Eight ids a round. A loop of single ids takes five short instructions, and how fast it is depends
// on where the linker puts it: by half as much again where it lies across two blocks of 64 bytes.

size_t dsel_count(
    uint16_t *counts, size_t bucket_count, const uint32_t *ids, size_t count) {
  size_t index = 0;
  for (; index + 8 <= count; index += 8) {
#pragma GCC unroll 8
    for (size_t lane = 0; lane < 8; lane += 1) {
      uint32_t id = ids[index + lane];
      if (__builtin_expect(id >= bucket_count, 0)) { __builtin_trap(); }
      if (__builtin_expect(++counts[id] == 0, 0)) { return index + lane + 1; }
    }
  }
  for (; index < count; index += 1) {
    uint32_t id = ids[index];
    if (id >= bucket_count) { __builtin_trap(); }
    if (++counts[id] == 0) { return index + 1; }
  }
  return count;
}
