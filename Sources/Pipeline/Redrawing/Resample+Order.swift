internal import Reading
internal import Resampling

/// Decides the order of lines, and what they say about the draw.
extension Resample {
  var statisticsPlan: StatisticsPlan {
    StatisticsPlan(
      settings.statistics, targetCount: 1, directory: settings.reading.spoolDirectory)
  }

  /// Whether the log weights of the drawn documents are read again before they are copied.
  var needsLogWeights: Bool {
    settings.outputs.ordersByWeight || settings.statistics.contains(where: \.needsLogWeights)
  }

  /// The log weights of all drawn documents.
  struct DrawnWeights {
    /// Sorted, each once.
    fileprivate var positions: [Position]
    fileprivate var weights: [Double]
    /// The number of documents in all epochs.
    var wholeCount: Int
  }

  /// - Returns: nil if neither the order nor annotations need them.
  func logWeights(
    _ drawn: Redrawn, _ files: OpenFiles, _ clock: StepClock
  ) throws -> DrawnWeights? {
    guard needsLogWeights, let read = drawn.logWeights else { return nil }
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

  /// What annotations say besides the key; nil for nothing.
  func statistics(of drawn: Redrawn, _ weights: DrawnWeights?) throws -> DrawStatistics? {
    guard !settings.statistics.isEmpty else { return nil }
    var ranks: PoolRanks?
    if let weights, let pool = drawn.statistics.weightSpool {
      ranks = try PoolRanks([weights.weights], pool: pool)
    }
    return DrawStatistics(settings.statistics, drawn.outcome, ranks: ranks)
  }

  /// - Parameters:
  ///   - weights: those of the epoch's documents, in pool order; nil if they aren't known.
  ///   - earlierCount: the number of documents in the epochs before it.
  ///   - wholeCount: the number of documents in all epochs.
  /// - Returns: nil for pool order.
  func order(
    _ epoch: Int, _ weights: [Double]?, earlierCount: Int, wholeCount: Int
  ) -> LineOrder? {
    if settings.outputs.ordersByWeight, let weights {
      return .byWeight(
        WeightRanks(weights, earlierCount: earlierCount, wholeCount: wholeCount))
    }
    return settings.outputs.shuffleSeed.map {
      .shuffled(
        ShuffleOrder(
          seed: $0, keepsDuplicates: settings.draw.keepsDuplicates, epoch: epoch,
          epochCount: settings.epochCount))
    }
  }
}

extension Resample.DrawnWeights {
  /// The log weights of some of the documents.
  func of(_ documents: [DrawnDocument]) -> [Double] {
    documents.map { document in
      guard let index = positions.sortedIndex(of: document.candidate.position) else {
        preconditionFailure("all positions are there")
      }
      return weights[index]
    }
  }
}
