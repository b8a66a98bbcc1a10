#ifndef DSEL_CCRYPTO_SHIM_H
#define DSEL_CCRYPTO_SHIM_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 in steps: the system's own on a Mac, OpenSSL's elsewhere. OpenSSL 3 deprecates these
// functions, but its replacement takes four times as long for the few bytes of an n-gram.
#ifdef __APPLE__
#include <CommonCrypto/CommonDigest.h>
typedef CC_SHA256_CTX dsel_sha256;
#define DSEL_SHA256(step) CC_SHA256_##step
#else
#include <openssl/sha.h>
typedef SHA256_CTX dsel_sha256;
#define DSEL_SHA256(step) SHA256_##step
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
#endif

static inline void dsel_sha256_init(dsel_sha256 *state) { DSEL_SHA256(Init)(state); }

/// Takes in `count` bytes, fewer than 2^32: CommonCrypto counts with 32 bits.
static inline void dsel_sha256_update(dsel_sha256 *state, const void *bytes, size_t count) {
  DSEL_SHA256(Update)(state, bytes, (uint32_t)count);
}

/// Ends the state, and writes the 32 bytes of the digest.
static inline void dsel_sha256_final(dsel_sha256 *state, uint8_t *digest) {
  DSEL_SHA256(Final)(digest, state);
}

#ifndef __APPLE__
#pragma GCC diagnostic pop
#endif
#undef DSEL_SHA256

#endif
