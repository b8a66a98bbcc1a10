#include "check.h"

/// XXH3-64 of some texts, by libxxhash 0.8.1.
void check_known_hashes(int backend) {
  static const struct {
    const char *text;
    uint64_t value;
  } known[] = {
      {"a", 0xE6C632B61E964E1Full},
      {"ab", 0xA873719C24D5735Cull},
      {"abc", 0x78AF5F94892F3950ull},
      {"abcd", 0x6497A96F53A89890ull},
      {"abcde", 0x55C65158EE9E652Dull},
      {"abcdef", 0xDA87BD32D3C47DB6ull},
      {"abcdefg", 0x5A40DC3FD44C052Full},
      {"abcdefgh", 0x6F45A76842A96483ull},
      {"abcdefghi", 0xE0DDE4FC174590A0ull},
      {"abcdefghij", 0xC85FF0A489414010ull},
      {"abcdefghijk", 0x386CB4F266186F62ull},
      {"abcdefghijkl", 0x52BEBA2086C3F6D7ull},
      {"abcdefghijklm", 0xD7B6FD946B75DF4Bull},
      {"abcdefghijklmn", 0xAA26CAB2AFA36140ull},
      {"abcdefghijklmno", 0xA8EDAF6DC2724D85ull},
      {"abcdefghijklmnop", 0x3D3CCAC9AF14D8A8ull},
      {"abcdefghijklmnopq", 0xCA7F3571DF47CACFull},
  };
  for (size_t index = 0; index < sizeof known / sizeof *known; index += 1) {
    uint8_t bytes[64] = {0};
    uint32_t start = 3, end = start + (uint32_t)strlen(known[index].text), longer[16];
    memcpy(bytes + start, known[index].text, end - start);
    uint64_t value;
    size_t longer_count = dsel_hash(backend, bytes, &start, &end, 1, &value, longer);
    if (longer_count != (end - start > 16) || (longer_count == 0 && value != known[index].value)) {
      fail(backend, "hash", end - start);
    }
  }
}

/// Hashes of many tokens at once are those of each alone, which `check_known_hashes` checks.
void check_hashes(int backend, uint8_t *end) {
  enum { most = 700 };
  static uint32_t starts[most], ends[most], longer[most + 8], alone[16], ids[most];
  static uint64_t hashes[most], grams[most], again[most];
  for (int round = 0; round < 2000; round += 1) {
    size_t count = below(round % 10 == 0 ? most : 40), place = 0, longer_count = 0;
    for (size_t token = 0; token < count; token += 1) {
      place += below(3);
      starts[token] = (uint32_t)place;
      place += 1 + below(below(4) ? 8 : 20);
      ends[token] = (uint32_t)place;
    }
    uint8_t *bytes = end - 7 - place;
    for (size_t at = 0; at < place + 7; at += 1) { bytes[at] = (uint8_t)next_random(); }
    size_t found = dsel_hash(backend, bytes, starts, ends, count, hashes, longer);
    for (size_t token = 0; token < count; token += 1) {
      if (ends[token] - starts[token] > 16) {
        if (longer_count >= found || longer[longer_count] != token) {
          fail(backend, "longer", place);
        }
        longer_count += 1;
        hashes[token] = next_random();
        continue;
      }
      uint64_t one;
      dsel_hash(dsel_backend_count() - 1, bytes, starts + token, ends + token, 1, &one, alone);
      if (one != hashes[token]) { fail(backend, "hash", ends[token] - starts[token]); }
    }
    if (longer_count != found) { fail(backend, "longer", place); }

    uint64_t bucket_count = below(3) == 0 ? 1ull << below(32) : 1 + below(0xFFFFFFFF);
    dsel_buckets(backend, hashes, count, bucket_count, ids);
    for (size_t token = 0; token < count; token += 1) {
      if (ids[token] != (unsigned __int128)hashes[token] * bucket_count >> 64) {
        fail(backend, "buckets", count);
      }
      again[token] = next_random();
    }
    dsel_mix(backend, again, hashes, count, bucket_count, round & 1 ? grams : NULL, ids);
    for (size_t token = 0; token < count; token += 1) {
      uint64_t gram = ((again[token] << 29 | again[token] >> 35) + hashes[token]) *
                      0x9E3779B97F4A7C15ull;
      if ((round & 1 && grams[token] != gram) ||
          ids[token] != (unsigned __int128)gram * bucket_count >> 64) {
        fail(backend, "mix", count);
      }
    }
  }
}

void check_sums(int backend, uint8_t *end) {
  enum { most = 1 << 16 };
  static uint32_t ids[most];
  for (int round = 0; round < 300; round += 1) {
    size_t value_count = 1 + below(5000);
    size_t count = round == 0 ? most : below(round % 10 == 0 ? 5000 : 70);
    // Two bytes after the last value can be read.
    int16_t *values = (int16_t *)(void *)(end - 2 * (value_count + 1));
    for (size_t at = 0; at <= value_count; at += 1) {
      values[at] = round == 0 ? INT16_MIN : (int16_t)next_random();
    }
    int64_t expected = 0;
    for (size_t at = 0; at < count; at += 1) {
      ids[at] = (uint32_t)(below(4) ? below(value_count) : value_count - 1);
      expected += values[ids[at]];
    }
    if (dsel_sum(backend, values, value_count, ids, count) != expected) {
      fail(backend, "sum", count);
    }
  }
}
