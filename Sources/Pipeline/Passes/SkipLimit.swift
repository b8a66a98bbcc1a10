internal import Reading

/// The limit on a file's invalid lines under `--on-error skip`.
///
/// A few invalid lines are normal. Many mean that the file or an option isn't what the user thinks
/// it is.
package struct SkipLimit: Sendable, Equatable, Codable {
  /// The largest share of a file's lines, in millionths; nil if there is no such limit.
  package var millionths: Int?
  /// The largest number of a file's lines; nil if there is no such limit.
  package var count: Int?

  /// A file must keep one of the given limits, not both.
  ///
  /// - Precondition: at least one is given, and neither is negative.
  package init(millionths: Int?, count: Int?) {
    precondition(millionths != nil || count != nil)
    precondition((millionths ?? 0) >= 0 && (count ?? 0) >= 0)
    self.millionths = millionths
    self.count = count
  }

  /// 1 %, or 10 lines if that is more, but never all lines of a file.
  package static let standard = SkipLimit(millionths: 10_000, count: 10)
  package static let none = SkipLimit(millionths: 1_000_000, count: nil)

  /// - Parameter lineCount: the number of the file's lines, without blank ones.
  func allows(_ skippedCount: Int, of lineCount: Int) -> Bool {
    // A file without a single document is of another kind than it seems, however few lines it has.
    if self == .standard, skippedCount == lineCount { return false }
    if let count, skippedCount <= count { return true }
    guard let millionths else { return false }
    // Calculate in whole numbers: 29 of 100 lines are 29 %.
    return UInt128(skippedCount) * 1_000_000 <= UInt128(millionths) * UInt128(lineCount)
  }

  /// Checks a file that has been read to its end against the limit.
  ///
  /// - Throws: ``InputError/tooManySkipped(path:skipped:lineCount:limit:)``
  func check(
    _ name: String, _ skipped: [InvalidLine.Reason: Int], documentCount: Int
  ) throws(PipelineError) {
    let count = skipped.values.reduce(0, +)
    guard count > 0, !allows(count, of: documentCount + count) else { return }
    throw .input(
      .tooManySkipped(
        path: name, skipped: skipped, lineCount: documentCount + count, limit: self))
  }

  /// Checks all files of a pass against the limit.
  ///
  /// - Throws: ``InputError/tooManySkipped(path:skipped:lineCount:limit:)``
  func check(_ report: PassReport) throws(PipelineError) {
    for shard in report.shards {
      try check(shard.name, shard.skipped, documentCount: shard.documentCount)
    }
  }
}
