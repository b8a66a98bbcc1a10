/// How an n-gram is mapped to a bucket.
package enum FeatureHashing: String, Sendable, Codable {
  /// The XXH3-64 of its tokens, mixed and multiplied: see ``Featurizer``.
  case xxh3
  /// The rule of the DSIR reference: SHA-256 of the tokens joined by one space, as a big-endian
  /// number, modulo the number of buckets.
  case sha256
}
