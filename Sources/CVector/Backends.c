#include "Backends.h"

#if defined(__x86_64__)

/// 1 if this processor and its system have all that `AVX512.c` is compiled for.
static int has_avx512(void) {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("popcnt");
}

/// 1 if this processor and its system have all that `AVX2.c` is compiled for.
static int has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

#endif

/// The back ends that this processor has, the fastest first, or null.
static const dsel_backend *backend_at(int place) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const dsel_backend *all[] = {&dsel_avx512, &dsel_avx2, &dsel_scalar};
  const int is_here[] = {has_avx512(), has_avx2(), 1};
#elif defined(__aarch64__)
  // All processors with 64-bit Arm have NEON.
  const dsel_backend *all[] = {&dsel_neon, &dsel_scalar};
  const int is_here[] = {1, 1};
#else
  const dsel_backend *all[] = {&dsel_scalar};
  const int is_here[] = {1};
#endif
  for (size_t index = 0; index < sizeof all / sizeof *all; index += 1) {
    if (is_here[index] && place-- == 0) { return all[index]; }
  }
  return 0;
}

enum { most_backends = 3 };

/// Filled before the program begins, and only read from then on.
static const dsel_backend *backends[most_backends];
static int count;

__attribute__((constructor)) static void find_backends(void) {
  while (count < most_backends && (backends[count] = backend_at(count))) { count += 1; }
}

int dsel_backend_count(void) { return count; }

const char *dsel_backend_name(int backend) { return backends[backend]->name; }

size_t dsel_tokenize(
    int backend, const uint8_t *text, size_t length, uint8_t *lowered, uint32_t place,
    uint32_t *starts, uint32_t *ends, dsel_borders *borders, const dsel_scalars *scalars) {
  return backends[backend]->tokenize(
      text, length, lowered, place, starts, ends, borders, scalars);
}

size_t dsel_hash(
    int backend, const uint8_t *bytes, const uint32_t *starts, const uint32_t *ends,
    size_t token_count, uint64_t *hashes, uint32_t *longer) {
  return backends[backend]->hash(bytes, starts, ends, token_count, hashes, longer);
}

void dsel_buckets(
    int backend, const uint64_t *hashes, size_t hash_count, uint64_t bucket_count,
    uint32_t *ids) {
  backends[backend]->buckets(hashes, hash_count, bucket_count, ids);
}

void dsel_mix(
    int backend, const uint64_t *shorter, const uint64_t *hashes, size_t hash_count,
    uint64_t bucket_count, uint64_t *grams, uint32_t *ids) {
  backends[backend]->mix(shorter, hashes, hash_count, bucket_count, grams, ids);
}

int64_t dsel_sum(
    int backend, const int16_t *values, size_t value_count, const uint32_t *ids,
    size_t id_count) {
  return backends[backend]->sum(values, value_count, ids, id_count);
}

size_t dsel_string_end(
    int backend, const uint8_t *line, size_t length, size_t start, int *has_escapes) {
  return backends[backend]->string_end(line, length, start, has_escapes);
}

size_t dsel_unescape(int backend, const uint8_t *string, size_t length, uint8_t *text) {
  return backends[backend]->unescape(string, length, text);
}

int dsel_is_utf8(int backend, const uint8_t *bytes, size_t length) {
  return backends[backend]->is_utf8(bytes, length);
}
