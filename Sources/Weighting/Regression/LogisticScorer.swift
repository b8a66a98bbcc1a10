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
  /// How often each folded bucket occurs in the current document.
  private var counts = [UInt8](repeating: 0, count: RegressionFeatures.maximumBucketCount)
  /// The folded buckets of the document, each once, in the order in which they occur first. The
  /// place after the last one is written to as well, which saves a branch per token.
  private var buckets = [UInt16](repeating: 0, count: RegressionFeatures.maximumBucketCount + 1)
  private var distinctCount = 0
  private let logCounts: [LogCount]

  /// - Parameter bucketCount: the number of buckets before they are folded.
  package init(_ model: LogisticModel, bucketCount: Int) {
    self.model = model
    shift = UInt32(RegressionFeatures.shift(bucketCount: bucketCount))
    logCounts = LogCounts.values.map { LogCount(value: $0, square: $0 * $0) }
  }

  /// Prepares for a new document.
  ///
  /// - Complexity: O(*n*) for *n* different buckets of the last document.
  package mutating func begin() {
    for index in 0..<distinctCount { counts[Int(buckets[index])] = 0 }
    distinctCount = 0
  }

  /// Counts features of the document.
  ///
  /// - Precondition: each id is below the number of buckets.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) {
    // Out of `self` while they change: the compiler can't tell its members apart.
    var (takenCounts, takenBuckets): ([UInt8], [UInt16]) = ([], [])
    swap(&takenCounts, &self.counts)
    swap(&takenBuckets, &self.buckets)
    defer {
      swap(&takenCounts, &self.counts)
      swap(&takenBuckets, &self.buckets)
    }
    var counts = takenCounts.mutableSpan
    var buckets = takenBuckets.mutableSpan
    let shift = shift
    var distinctCount = distinctCount
    for index in ids.indices {
      let bucket = UInt16(truncatingIfNeeded: ids[index] &>> shift)
      let count = UInt32(counts[Int(bucket)])
      buckets[distinctCount] = bucket
      // One more distinct bucket if the count was 0. The count grows by 1, but never beyond 255.
      // Both without a branch, which would be mispredicted for many tokens.
      distinctCount &+= Int(truncatingIfNeeded: (count &- 1) &>> 31)
      counts[Int(bucket)] = UInt8(truncatingIfNeeded: count &+ 1 &- (count &+ 1) &>> 8)
    }
    self.distinctCount = distinctCount
  }

  /// ln p(document | target) − ln p(document | pool), as far as the regression knows: b + θ·x.
  ///
  /// A mutating function, though it changes nothing: of a scorer in an array, a property would be
  /// read from a copy.
  ///
  /// - Complexity: O(*n*) for *n* different buckets of the document.
  package mutating func logOdds() -> Double {
    let (counts, buckets) = (counts.span, buckets.span)
    let (stepOfBucket, logOfCount) = (model.steps, logCounts)
    let (steps, logCounts) = (stepOfBucket.span, logOfCount.span)
    var (product, squares) = (0.0, 0.0)
    for index in 0..<distinctCount {
      let bucket = Int(buckets[index])
      let logCount = logCounts[Int(counts[bucket])]
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
