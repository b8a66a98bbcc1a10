// What packages need beside dsel's own objects: scripts/package.sh links it.
//
// First, functions that Swift's runtime and libstdc++ call, and that glibc has only since 2.32 and
// 2.36. With them, packages run with glibc 2.28.

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

// libstdc++ counts references without atomic operations while this is true. It never is: programs
// may start threads.
char __libc_single_threaded = 0;

void arc4random_buf(void *buffer, size_t count) {
  unsigned char *rest = buffer;
  while (count > 0) {
    ssize_t written = getrandom(rest, count, 0);
    // A signal may interrupt it only before the kernel has its first entropy.
    if (written < 0) continue;
    rest += written;
    count -= (size_t)written;
  }
}

uint32_t arc4random(void) {
  uint32_t number;
  arc4random_buf(&number, sizeof number);
  return number;
}

#if defined(__x86_64__)
// OpenSSL finds out which instructions the processor has from a piece of code in the section .init.
// The start files of packages don't run that section. Without this, SHA-256 takes twice as long.
void OPENSSL_cpuid_setup(void);

__attribute__((constructor)) static void find_instructions(void) { OPENSSL_cpuid_setup(); }
#endif
