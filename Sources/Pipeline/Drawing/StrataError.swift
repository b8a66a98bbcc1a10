/// The pool can't be divided into strata as wanted.
package enum StrataError: Error {
  /// The field has more values than are counted.
  case tooManyStrata(limit: Int)
  /// No document has the field.
  case noStrata(field: String)
  /// Every value that occurs has a share of 0.
  case emptyMixture(field: String, values: [String])
  /// The mixture names a value that no eligible document has.
  case unknownStratum(field: String, name: String, values: [String])
  /// The mixture names a value twice, as a number can be written in two ways.
  case repeatedStratum(field: String, name: String)
}
