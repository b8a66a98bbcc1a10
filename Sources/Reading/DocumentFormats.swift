/// The formats that dsel reads.
package enum DocumentFormats {
  /// The formats in the order in which they are asked whether a file is theirs.
  ///
  /// The last one takes all remaining files, and reports what is wrong with them.
  package static let all: [any DocumentFormat] = [JSONLines()]
}
