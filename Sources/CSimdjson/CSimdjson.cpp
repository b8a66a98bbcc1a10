#include "CSimdjson.h"

#include <new>
#include <string>
#include <vector>

// Not a system header everywhere, and its warnings are not ours to mend.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Weverything"
#include <simdjson.h>
#pragma GCC diagnostic pop

static_assert(
    DSEL_JSON_PADDING >= simdjson::SIMDJSON_PADDING, "lines need simdjson's padding behind them");

/// The document model validates every value; simdjson's on-demand front end would skip the
/// ones that nobody asks for.
struct dsel_json_parser {
  simdjson::dom::parser parser;
  std::vector<std::string> path;
  std::vector<std::vector<std::string>> fields;
  /// The last line; of no use once another is parsed.
  simdjson::dom::element root;
};

dsel_json_parser *dsel_json_parser_create(void) { return new (std::nothrow) dsel_json_parser; }

void dsel_json_parser_destroy(dsel_json_parser *parser) { delete parser; }

int dsel_json_parser_append_key(dsel_json_parser *parser, const char *key, size_t length) {
  try {
    parser->path.emplace_back(length == 0 ? "" : key, length);
    return 1;
  } catch (const std::bad_alloc &) {
    return 0;
  }
}

dsel_json_status dsel_json_parser_parse(
    dsel_json_parser *parser, const uint8_t *line, size_t length,
    const uint8_t **text, size_t *text_length) {
  simdjson::dom::element element;
  auto error = parser->parser.parse(line, length, /* realloc_if_needed: */ false).get(element);
  if (error == simdjson::MEMALLOC) {
    // simdjson is left half grown: parsing with it again would follow null pointers.
    parser->parser = simdjson::dom::parser();
    return dsel_json_out_of_memory;
  }
  if (error) { return dsel_json_rejected; }
  parser->root = element;
  for (const auto &key : parser->path) {
    simdjson::dom::object object;
    if (element.get_object().get(object)) { return dsel_json_no_text; }
    if (object.at_key(key).get(element)) { return dsel_json_no_text; }
  }
  std::string_view found;
  if (element.get_string().get(found)) { return dsel_json_no_text; }
  *text = reinterpret_cast<const uint8_t *>(found.data());
  *text_length = found.size();
  return dsel_json_text_found;
}

int dsel_json_is_utf8(const uint8_t *bytes, size_t length) {
  return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}

int dsel_json_parser_append_field_key(
    dsel_json_parser *parser, size_t field, const char *key, size_t length) {
  try {
    if (field == parser->fields.size()) { parser->fields.emplace_back(); }
    parser->fields[field].emplace_back(length == 0 ? "" : key, length);
    return 1;
  } catch (const std::bad_alloc &) {
    return 0;
  }
}

dsel_json_value dsel_json_parser_find_field(const dsel_json_parser *parser, size_t field) {
  dsel_json_value value = {};
  simdjson::dom::element element = parser->root;
  for (const auto &key : parser->fields[field]) {
    simdjson::dom::object object;
    if (element.get_object().get(object)) { return value; }
    if (object.at_key(key).get(element)) { return value; }
  }
  switch (element.type()) {
  case simdjson::dom::element_type::STRING: {
    std::string_view string = element.get_string().value_unsafe();
    value.kind = dsel_json_string;
    value.string = reinterpret_cast<const uint8_t *>(string.data());
    value.string_length = string.size();
    break;
  }
  case simdjson::dom::element_type::INT64:
    value.kind = dsel_json_signed;
    value.signed_integer = element.get_int64().value_unsafe();
    break;
  case simdjson::dom::element_type::UINT64:
    value.kind = dsel_json_unsigned;
    value.unsigned_integer = element.get_uint64().value_unsafe();
    break;
  case simdjson::dom::element_type::DOUBLE:
    value.kind = dsel_json_double;
    value.number = element.get_double().value_unsafe();
    break;
  case simdjson::dom::element_type::BOOL:
    value.kind = element.get_bool().value_unsafe() ? dsel_json_true : dsel_json_false;
    break;
  case simdjson::dom::element_type::NULL_VALUE: value.kind = dsel_json_null; break;
  default: value.kind = dsel_json_container;
  }
  return value;
}
