internal import Choosing
internal import Platform

/// Tables for the slices that choose at the same time, and the same memory for those that follow.
///
/// A table takes megabytes, which the system would have to find and clear for each slice.
final class SweepTables: Sendable {
  private struct Spare {
    var table: GainTable
    /// Zeros, by rank.
    var differences: [Double]
  }

  private let sweeps: SetSweeps
  private let spares = Lock<[Spare]>([])
  /// What slices have changed in the counts of the set, by rank.
  private let changes: Lock<[Double]>

  init(_ sweeps: SetSweeps) {
    self.sweeps = sweeps
    changes = Lock(Array(repeating: 0, count: sweeps.profile.rankCount))
  }

  /// - Parameter body: gets a table of any content, and zeros by rank. It adds to them what it
  ///   changes in the counts of the set.
  func withTable<Result>(
    _ body: (inout GainTable, inout [Double]) throws -> Result
  ) rethrows -> Result {
    var spare =
      spares.withLock { $0.popLast() }
      ?? Spare(
        table: sweeps.tableBefore(factor: 1),
        differences: Array(repeating: 0, count: sweeps.profile.rankCount))
    let result = try body(&spare.table, &spare.differences)
    changes.withLock { Self.move(&spare.differences, to: &$0) }
    spares.withLock { $0.append(spare) }
    return result
  }

  /// Adds all changes to the set, and forgets them.
  func moveChanges(to set: inout GainTable) {
    changes.withLock { changes in
      set.add(changes)
      Self.clear(&changes)
    }
  }

  private static func move(_ differences: inout [Double], to changes: inout [Double]) {
    do {
      var changes = changes.mutableSpan
      let differences = differences.span
      for rank in differences.indices { changes[rank] += differences[rank] }
    }
    clear(&differences)
  }

  private static func clear(_ counts: inout [Double]) {
    var counts = counts.mutableSpan
    for rank in counts.indices { counts[rank] = 0 }
  }
}
