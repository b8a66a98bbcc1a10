/// A pool can't be drawn from by strata.
package enum StrataError: Error {
  /// The stratifying field has more values than are kept apart.
  case tooManyStrata(limit: Int)
  /// No document has the stratifying field.
  case noStrata(field: String)
  /// No eligible document is in any stratum that is to be drawn from.
  case emptyMixture(field: String, values: [String])
  /// A mixture names a value that no eligible document has.
  case unknownStratum(field: String, name: String, values: [String])
  /// A mixture names a value twice, such as a number in two ways.
  case repeatedStratum(field: String, name: String)
}
