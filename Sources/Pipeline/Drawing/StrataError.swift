/// The pool can't be divided into strata as requested.
package enum StrataError: Error {
  /// The field has more values than dsel counts.
  case tooManyStrata(limit: Int)
  /// The field has more values than shares are estimated for.
  case tooManyToEstimate(limit: Int)
  /// No document has the field.
  case noStrata(field: String)
  /// Every value that occurs has a share of 0.
  case emptyMixture(field: String, values: [String])
  /// The mixture names a value that no eligible document has.
  case unknownStratum(field: String, name: String, values: [String])
  /// The mixture names a value twice, since a number can be written in more than one way.
  case repeatedStratum(field: String, name: String)
}
