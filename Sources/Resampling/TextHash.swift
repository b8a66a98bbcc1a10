internal import CXXHash

/// The hash that stands for a document's text: equal texts are exact duplicates, and get the same
/// noise wherever they are found.
package enum TextHash {
  /// XXH3-64 (seed 0) of a text.
  ///
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  package static func of(_ text: Span<UInt8>) -> UInt64 {
    // SAFETY: xxHash reads the bytes during the call only.
    unsafe text.withUnsafeBytes { unsafe XXH3_64bits($0.baseAddress, $0.count) }
  }
}
