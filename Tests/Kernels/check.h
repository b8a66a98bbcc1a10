#ifndef DSEL_CHECK_H
#define DSEL_CHECK_H

#include "CVector.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// The functions of `main.c`, and the checks of each back end. `end` is the end of `room` bytes,
/// before a page that may not be read.
enum { room = 1 << 14 };

uint64_t next_random(void);
size_t below(size_t limit);
void fail(int backend, const char *what, size_t size);
/// Writes a scalar in UTF-8, and returns its length.
size_t put(uint32_t value, uint8_t *bytes);
/// Writes a text of less than `limit` bytes: mostly ASCII if `kind` is 0.
size_t random_text(uint8_t *bytes, size_t limit, int kind);

void check_utf8(int backend, uint8_t *end);
void check_strings(int backend, uint8_t *end);
void make_properties(void);
void check_tokens(int backend, uint8_t *end);
void check_known_hashes(int backend);
void check_hashes(int backend, uint8_t *end);
void check_sums(int backend, uint8_t *end);

#endif
