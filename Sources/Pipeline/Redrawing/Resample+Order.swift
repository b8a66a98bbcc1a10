internal import Reading
internal import Resampling

/// Decides the order of lines.
extension Resample {
  /// The log weights of all drawn documents.
  struct DrawnWeights {
    /// Sorted, each once.
    fileprivate var positions: [Position]
    fileprivate var weights: [Double]
    /// The number of documents in all epochs.
    fileprivate var wholeCount: Int
  }

  /// - Returns: nil if lines aren't ordered by weight.
  func logWeights(
    _ drawn: Redrawn, _ files: OpenFiles, _ clock: StepClock
  ) throws -> DrawnWeights? {
    guard settings.outputs.ordersByWeight, let read = drawn.logWeights else { return nil }
    return try clock.time(.order) {
      begin(.order, files.stored ?? files.pool)
      var positions = drawn.outcome.parts.flatMap { $0.selection.documents.map(\.position) }
      let wholeCount = positions.count
      positions.sort()
      // Epochs may have documents in common.
      var count = 0
      for position in positions where count == 0 || positions[count - 1] != position {
        positions[count] = position
        count += 1
      }
      positions.removeSubrange(count...)
      return DrawnWeights(
        positions: positions, weights: try read(positions), wholeCount: wholeCount)
    }
  }

  /// - Parameters:
  ///   - documents: of one epoch, in pool order.
  ///   - weights: those of all epochs; nil for another order.
  ///   - earlierCount: the number of documents in the epochs before it.
  /// - Returns: nil for pool order.
  func order(
    of documents: [DrawnDocument], _ epoch: Int, _ weights: DrawnWeights?, earlierCount: Int
  ) -> LineOrder? {
    if let weights {
      let ofEpoch = documents.map { document in
        guard let index = weights.positions.sortedIndex(of: document.candidate.position) else {
          preconditionFailure("all positions are there")
        }
        return weights.weights[index]
      }
      return .byWeight(
        WeightRanks(ofEpoch, earlierCount: earlierCount, wholeCount: weights.wholeCount))
    }
    return settings.outputs.shuffleSeed.map {
      .shuffled(
        ShuffleOrder(
          seed: $0, keepsDuplicates: settings.draw.keepsDuplicates, epoch: epoch,
          epochCount: settings.epochCount))
    }
  }
}
