#ifndef DSEL_CSIMDJSON_H
#define DSEL_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The bytes that must be readable after a line: simdjson reads in blocks, past the end.
#define DSEL_JSON_PADDING 64

/// The result for a line.
///
/// Only `text_found` sets the text.
typedef enum {
  dsel_json_text_found = 0,
  /// Invalid JSON, or a value outside simdjson's limits (a number that no double holds).
  dsel_json_rejected = 1,
  dsel_json_out_of_memory = 2,
  /// Valid JSON, but the path leads to no string.
  ///
  /// The caller's own scanner finds out why.
  dsel_json_no_text = 3,
} dsel_json_status;

typedef struct dsel_json_parser dsel_json_parser;

/// Returns NULL if there is no memory.
dsel_json_parser *dsel_json_parser_create(void);
void dsel_json_parser_destroy(dsel_json_parser *parser);

/// Appends one key to the path that leads to the text.
///
/// Returns 0 if there is no memory.
int dsel_json_parser_append_key(dsel_json_parser *parser, const char *key, size_t length);

/// Validates a whole line (RFC 8259, UTF-8) and finds its text.
///
/// `line` must have DSEL_JSON_PADDING readable bytes after `length`. `text` stays valid until the
/// parser is used again or destroyed. The first of duplicate keys counts.
dsel_json_status dsel_json_parser_parse(
    dsel_json_parser *parser, const uint8_t *line, size_t length,
    const uint8_t **text, size_t *text_length);

/// 1 if the bytes are UTF-8.
///
/// Needs no padding.
int dsel_json_is_utf8(const uint8_t *bytes, size_t length);

/// Appends one key to the path that leads to field number `field`.
///
/// Fields are numbered from 0, and a new number must be the next one. Returns 0 if there is no
/// memory.
int dsel_json_parser_append_field_key(
    dsel_json_parser *parser, size_t field, const char *key, size_t length);

typedef enum {
  /// The path leads nowhere.
  dsel_json_missing = 0,
  dsel_json_string = 1,
  dsel_json_signed = 2,
  dsel_json_unsigned = 3,
  dsel_json_double = 4,
  dsel_json_true = 5,
  dsel_json_false = 6,
  dsel_json_null = 7,
  /// An object or an array.
  dsel_json_container = 8,
} dsel_json_kind;

/// The value of a field.
///
/// `kind` decides which of the other members are set.
typedef struct {
  dsel_json_kind kind;
  const uint8_t *string;
  size_t string_length;
  int64_t signed_integer;
  /// Only for numbers above the largest signed one.
  uint64_t unsigned_integer;
  double number;
} dsel_json_value;

/// Finds a field in the line in which dsel_json_parser_parse has last found a text.
///
/// A string stays valid until the parser is used for another line. The first of duplicate keys
/// counts.
dsel_json_value dsel_json_parser_find_field(const dsel_json_parser *parser, size_t field);

#ifdef __cplusplus
}
#endif

#endif
