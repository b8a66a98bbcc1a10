/// Blocks of four rows of 16 bytes, whose type is `vector`.

typedef struct {
  vector row[4];
} block;

/// All bits of a byte that is true.
typedef block lanes;

/// Applies an expression to each `row` of a block.
#define EACH(expression)                                                                           \
  block result;                                                                                    \
  for (int row = 0; row < 4; row += 1) { result.row[row] = (expression); }                         \
  return result

static inline block load(const uint8_t *bytes);

static inline block load_part(const uint8_t *bytes, size_t count) {
  uint8_t copy[64] = {0};
  if (count > 0) { memcpy(copy, bytes, count); }
  return load(copy);
}
