/// The parameters of a logistic regression.
package struct LogisticModel: Sendable {
  package let bias: Double
  /// θ, one a folded bucket.
  package let weights: [Float]

  package init(bias: Double, weights: [Float]) {
    precondition(weights.count == FeatureVector.maximumBucketCount)
    self.bias = bias
    self.weights = weights
  }

  /// Says that every document is as likely in the target as in the pool: what is known without documents.
  package static let indifferent = LogisticModel(
    bias: 0, weights: Array(repeating: 0, count: FeatureVector.maximumBucketCount))
}

/// Computes log odds of documents, a block of features at a time:
///
///     scorer.begin()
///     for each block { scorer.add(ids) }
///     use(scorer.logOdds)
package struct LogisticScorer {
  /// A parameter beside the count of its bucket in the current document: one cache line serves both.
  private struct Cell {
    var weight: Float
    /// The document's number × 2⁸ + count; a count of another document is 0.
    var mark: UInt32
  }

  /// What one more occurrence adds to ln(1 + c) and to its square.
  private struct Gain {
    var value: Double
    var square: Double
  }

  private let bias: Double
  private let shift: UInt32
  private var cells: [Cell]
  private let gains: [Gain]
  private var document: UInt32 = 0
  private var product = 0.0
  private var squares = 0.0

  /// - Parameter bucketCount: the features', before they are folded.
  package init(_ model: LogisticModel, bucketCount: Int) {
    bias = model.bias
    shift = UInt32(FeatureVector.shift(bucketCount: bucketCount))
    cells = model.weights.map { Cell(weight: $0, mark: 0) }
    gains = (0...FeatureVector.maximumCount).map { count in
      let (now, next) = (
        LogCounts.value(count), LogCounts.value(min(count + 1, FeatureVector.maximumCount))
      )
      return Gain(value: next - now, square: next * next - now * now)
    }
  }

  /// Prepares for a new document.
  package mutating func begin() {
    document += 1
    if document == 1 << 24 {
      for index in cells.indices { cells[index].mark = 0 }
      document = 1
    }
    product = 0
    squares = 0
  }

  /// Counts features of the document.
  ///
  /// - Precondition: each id is below the number of buckets.
  package mutating func add(_ ids: Span<UInt32>) {
    // Out of `self` while they change: the compiler can't tell its members apart.
    var taken: [Cell] = []
    swap(&taken, &self.cells)
    defer { swap(&taken, &self.cells) }
    var cells = taken.mutableSpan
    let gainsOfCount = gains
    let gains = gainsOfCount.span
    let (shift, mark) = (shift, document << 8)
    var (product, squares) = (product, squares)
    for index in ids.indices {
      let bucket = Int(ids[index] &>> shift)
      let cell = cells[bucket]
      let difference = cell.mark &- mark
      // Marks of earlier documents are smaller, so that the difference wraps round and is large.
      let count = difference < 256 ? difference : 0
      let gain = gains[Int(count)]
      product += Double(cell.weight) * gain.value
      squares += gain.square
      cells[bucket].mark = mark + min(count + 1, 255)
    }
    self.product = product
    self.squares = squares
  }

  /// ln p(document | target) − ln p(document | pool), as far as the regression knows.
  package var logOdds: Double { squares > 0 ? bias + product / squares.squareRoot() : bias }
}
