internal import Reading

extension FieldValue {
  /// The stratum of a document with this value.
  ///
  /// Documents without a value form a stratum of their own, whose name is empty.
  var stratum: String { text ?? "" }
}
