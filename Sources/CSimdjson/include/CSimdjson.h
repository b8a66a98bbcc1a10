#ifndef DSEL_CSIMDJSON_H
#define DSEL_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes that must be readable behind a line: simdjson reads in blocks and past the end.
#define DSEL_JSON_PADDING 64

/// What became of a line. Only `text_found` sets the text.
typedef enum {
  dsel_json_text_found = 0,
  /// Invalid JSON, or something that simdjson's limits exclude (a number no double holds).
  dsel_json_rejected = 1,
  dsel_json_out_of_memory = 2,
  /// Valid JSON, but the path leads to no string: the caller's own scanner says why.
  dsel_json_no_text = 3,
} dsel_json_status;

typedef struct dsel_json_parser dsel_json_parser;

/// Returns NULL when there is no memory.
dsel_json_parser *dsel_json_parser_create(void);
void dsel_json_parser_destroy(dsel_json_parser *parser);

/// Appends one key to the path that leads to the text. Returns 0 when there is no memory.
int dsel_json_parser_append_key(dsel_json_parser *parser, const char *key, size_t length);

/// Validates a whole line (RFC 8259, UTF-8) and finds its text.
///
/// `line` must have DSEL_JSON_PADDING readable bytes behind `length`. `text` stays valid until
/// the parser is used again or destroyed; of duplicate keys the first counts.
dsel_json_status dsel_json_parser_parse(
    dsel_json_parser *parser, const uint8_t *line, size_t length,
    const uint8_t **text, size_t *text_length);

#ifdef __cplusplus
}
#endif

#endif
