/// Computes log odds of documents, a block of features at a time:
///
///     scorer.begin()
///     for each block { scorer.add(ids) }
///     use(scorer.logOdds())
package struct LogisticScorer {
  /// ln(1 + c) and its square.
  private struct LogCount {
    var value: Double
    var square: Double
  }

  private let model: LogisticModel
  private let shift: UInt32
  /// Of the current document.
  private var counts = FoldedCounts()
  private let logCounts: [LogCount]

  /// - Parameter bucketCount: the number of buckets before they are folded.
  package init(_ model: LogisticModel, bucketCount: Int) {
    self.model = model
    shift = UInt32(RegressionFeatures.shift(bucketCount: bucketCount))
    logCounts = LogCounts.values.map { LogCount(value: $0, square: $0 * $0) }
  }

  /// Prepares for a new document.
  ///
  /// - Complexity: O(*n*) for *n* different buckets since the last call of ``logOdds()``.
  package mutating func begin() { counts.removeAll() }

  /// Counts features of the document.
  ///
  /// - Precondition: each id is below the number of buckets.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) { counts.add(ids, shift: shift) }

  /// ln p(document | target) − ln p(document | pool), as far as the regression knows: b + θ·x.
  ///
  /// It ends the document: the counts are forgotten on the way, which takes no time of its own.
  ///
  /// - Complexity: O(*n*) for *n* different buckets of the document.
  package mutating func logOdds() -> Double {
    let (stepOfBucket, logOfCount) = (model.steps, logCounts)
    let (steps, logCounts) = (stepOfBucket.span, logOfCount.span)
    var (product, squares) = (0.0, 0.0)
    counts.removeAll { bucket, count in
      let logCount = logCounts[count]
      product += Double(steps[bucket]) * logCount.value
      squares += logCount.square
    }
    return squares > 0 ? model.bias + model.step * product / squares.squareRoot() : model.bias
  }
}

extension LogisticScorer: DocumentScorer {
  package mutating func begin(_ text: Span<UInt8>) { begin() }

  /// The regression sees single tokens only.
  package mutating func add(_ ids: Span<UInt32>, order: Int) {
    if order == 1 { add(ids) }
  }

  package mutating func contribution(of size: DocumentSize) -> Double { logOdds() }
}
