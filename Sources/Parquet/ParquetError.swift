package import Platform

/// Why a Parquet file, or a part of it, can't be read.
package enum ParquetError: Error, Equatable {
  case system(SystemError)
  /// The file violates its format.
  ///
  /// `reason` is a short phrase in the format's terms.
  case damaged(reason: String)
  /// The content of a page differs from its checksum.
  case checksumMismatch
  /// The file uses a part of the format that isn't supported.
  ///
  /// `feature` names it.
  case unsupported(feature: String)
}

extension ParquetError {
  /// The file ends, or a part of it does, before all that belongs there.
  static var endsEarly: ParquetError { .damaged(reason: "a part of the file ends early") }
}
