/// The parameters of a logistic regression.
///
/// They are kept in steps of a 32,767th of the largest: far finer than what a few thousand documents can tell, and small
/// enough for a core's cache.
package struct LogisticModel: Sendable, Equatable {
  package let bias: Double
  /// What one step is worth.
  package let step: Double
  /// θ in steps, one a folded bucket.
  package let steps: [Int16]

  /// - Parameter weights: θ, one a folded bucket; finite.
  package init(bias: Double, weights: [Double]) {
    precondition(weights.count == FeatureVector.maximumBucketCount)
    self.bias = bias
    let largest = weights.reduce(0) { max($0, abs($1)) }
    let step = largest > 0 ? largest / 32767 : 1
    self.step = step
    steps = weights.map { Int16(($0 / step).rounded(.toNearestOrEven)) }
  }

  /// θ of a folded bucket.
  package func weight(_ bucket: Int) -> Double { Double(steps[bucket]) * step }

  /// Says that every document is as likely in the target as in the pool: what is known without documents.
  package static let indifferent = LogisticModel(
    bias: 0, weights: Array(repeating: 0, count: FeatureVector.maximumBucketCount))
}

/// Computes log odds of documents, a block of features at a time:
///
///     scorer.begin()
///     for each block { scorer.add(ids) }
///     use(scorer.logOdds())
package struct LogisticScorer {
  /// What one more occurrence adds to ln(1 + c) and to its square.
  private struct Gain {
    var value: Double
    var square: Double
  }

  private let model: LogisticModel
  private let shift: UInt32
  /// How often each folded bucket occurs in the current document.
  private var counts = [UInt8](repeating: 0, count: FeatureVector.maximumBucketCount)
  /// The folded buckets of the document: where counts have to become 0 again.
  private var buckets: [UInt16] = []
  private let gains: [Gain]
  /// So many buckets cost as much as all counts.
  private static let mostBuckets = 1 << 13
  private var product = 0.0
  private var squares = 0.0

  /// - Parameter bucketCount: the features', before they are folded.
  package init(_ model: LogisticModel, bucketCount: Int) {
    self.model = model
    shift = UInt32(FeatureVector.shift(bucketCount: bucketCount))
    buckets.reserveCapacity(Self.mostBuckets)
    gains = (0...FeatureVector.maximumCount).map { count in
      let (now, next) = (
        LogCounts.value(count), LogCounts.value(min(count + 1, FeatureVector.maximumCount))
      )
      return Gain(value: next - now, square: next * next - now * now)
    }
  }

  /// Prepares for a new document.
  package mutating func begin() {
    if buckets.count == Self.mostBuckets {
      for bucket in counts.indices { counts[bucket] = 0 }
    } else {
      for bucket in buckets { counts[Int(bucket)] = 0 }
    }
    buckets.removeAll(keepingCapacity: true)
    product = 0
    squares = 0
  }

  /// Counts features of the document.
  ///
  /// - Precondition: each id is below the number of buckets.
  package mutating func add(_ ids: Span<UInt32>) {
    let shift = shift
    let kept = min(ids.count, Self.mostBuckets - buckets.count)
    buckets.append(addingCapacity: kept) { output in
      for index in 0..<kept { output.append(UInt16(truncatingIfNeeded: ids[index] &>> shift)) }
    }
    // Out of `self` while they change: the compiler can't tell its members apart.
    var taken: [UInt8] = []
    swap(&taken, &self.counts)
    defer { swap(&taken, &self.counts) }
    var counts = taken.mutableSpan
    let (gainOfCount, stepOfBucket) = (gains, model.steps)
    let (gains, steps) = (gainOfCount.span, stepOfBucket.span)
    var (product, squares) = (product, squares)
    for index in ids.indices {
      let bucket = Int(ids[index] &>> shift)
      let count = counts[bucket]
      let gain = gains[Int(count)]
      product += Double(steps[bucket]) * gain.value
      squares += gain.square
      counts[bucket] = count < 255 ? count + 1 : 255
    }
    self.product = product
    self.squares = squares
  }

  /// ln p(document | target) − ln p(document | pool), as far as the regression knows.
  ///
  /// A mutating function, though it changes nothing: of a scorer in an array, a property would be read from a copy.
  package mutating func logOdds() -> Double {
    squares > 0 ? model.bias + model.step * product / squares.squareRoot() : model.bias
  }
}
