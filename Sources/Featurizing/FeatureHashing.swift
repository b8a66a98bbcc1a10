/// How an n-gram becomes a bucket.
package enum FeatureHashing: String, Sendable, Codable {
  /// The tokens' XXH3-64, mixed and multiplied: see ``Featurizer``.
  case xxh3
  /// The rule of the DSIR reference: SHA-256 of the tokens joined by one space, as a big-endian
  /// number, modulo the number of buckets.
  case sha256
}
