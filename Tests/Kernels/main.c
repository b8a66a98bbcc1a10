// Checks every back end of CVector that this processor has against plain code, on random and
// hostile bytes. `scripts/test.sh --only kernels` also runs it as a program for arm64.
//
// Texts end right before a page that may not be read. Strings are followed by 64 bytes, as CVector
// asks, and then by such a page.
#define _GNU_SOURCE
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

static uint64_t state = 88172645463325252ull;

uint64_t next_random(void) {
  state ^= state << 13;
  state ^= state >> 7;
  return state ^= state << 17;
}

size_t below(size_t limit) { return (size_t)(next_random() % limit); }

void fail(int backend, const char *what, size_t size) {
  printf("%s: %s differs from plain code at %zu bytes\n", dsel_backend_name(backend), what, size);
  exit(1);
}

size_t put(uint32_t value, uint8_t *bytes) {
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
      0x2010, 0x2019, 0x2027, 0x2028, 0x200D, 0x3A3, 0x3C2, 0x3001, 0x3004, 0x3005, 0x3007,
      0x3008, 0x3020, 0x3021, 0x3040, 0x3041, 0x3042, 0x3096, 0x3097, 0x3099, 0x309B, 0x309D,
      0x30A0, 0x30A1, 0x30FA, 0x30FB, 0x30FC, 0x30FF, 0x3100, 0x4DFF, 0x4E00, 0x4FFF, 0x5000,
      0x9FFF, 0xA000, 0x301, 0x300, 0x10400, 0x1F600, 0x10FFFF};
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

size_t random_text(uint8_t *bytes, size_t limit, int kind) {
  size_t count = 0;
  while (count + 4 <= limit) { count += put(random_scalar(kind), bytes + count); }
  return count;
}

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
