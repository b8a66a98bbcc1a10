/// The value of a field of a document.
package enum FieldValue: Equatable, Sendable {
  /// The path leads nowhere.
  case missing
  /// Unescaped.
  case string(String)
  case number(Double)
  /// A number that no double represents exactly, as it is written.
  ///
  /// It is an integer beyond ±2⁵³, or larger than every double.
  case largeNumber(String)
  /// A number of a Parquet file for which JSON has no name: `NaN`, `Infinity` or `-Infinity`.
  case notFinite(String)
  case boolean(Bool)
  case null
  /// An object or an array.
  case other

  /// All integers up to this size have a double of their own.
  private static let largestInteger: UInt64 = 1 << 53

  init<Integer: FixedWidthInteger>(_ integer: Integer) {
    self =
      integer.magnitude <= Self.largestInteger
      ? .number(Double(integer)) : .largeNumber(String(integer))
  }
}
