internal import Files

/// Trains a logistic regression to tell documents of the target from documents of the pool.
///
/// A document is the vector x(f) = ln(1 + c(f)) / √(Σ ln²(1 + c(f))), with a constant 1 for the
/// bias. The parameters minimize
///
///     λ/2 ‖θ‖² + Σ cᵢ ln(1 + exp(−yᵢ θ·xᵢ)),  cᵢ = 1 / (2 × size of i's class)
///
/// so both classes have the same weight, whatever their sizes. The log odds then estimate the log
/// density ratio ln p(x | target) − ln p(x | pool), with the class prior taken out. There are more
/// features than documents, so they are off by a constant for documents that the training hasn't
/// seen. No draw depends on that. (Density ratios by classification: Bickel, Brückner and Scheffer
/// 2009. Burstiness tamed by ln(1 + c) and unit length: Rennie et al. 2003.)
///
/// Dual coordinate descent solves it (Yu, Huang and Lin 2011, algorithm 5): each step solves one
/// document's one-dimensional dual problem by Newton's method. Documents are visited in a fixed
/// pseudo-random order, on one thread, so the same documents give the same bits.
package struct LogisticTrainer: Sendable {
  /// λ. Chosen by the quality table: with a smaller one, the regression learns the target's source
  /// rather than its domain.
  package static let regularization = 1e-5
  /// Passes over all documents at most.
  private static let maximumEpochCount = 30
  /// Descent stops when no document's dual gradient is larger.
  private static let tolerance = 0.05
  /// The seed of the shuffle. It is fixed, since the documents of the samples vary enough.
  private static let shuffleSeed: UInt64 = 0x5DEE_CE66

  private var entries: [RegressionFeatures.Entry] = []
  /// The places where each document's entries begin, and finally the place where they end.
  private var offsets = [0]
  private var inverseLengths: [Double] = []
  private var targetCount = 0
  private var builder = RegressionFeatures.Builder()

  /// - Parameter pool: its short documents are left out, since they can't be drawn. Documents that
  ///   are in the target as well are left out, too: they are no evidence against it. Priorities
  ///   identify them, as exact duplicates have equal ones.
  /// - Precondition: both are trimmed.
  /// - Complexity: O(*n*) for *n* features.
  package init(target: DocumentSample, pool: DocumentSample) {
    var trainer = LogisticTrainer()
    // Equal features are joined. Memory counts when it is used.
    trainer.entries.reserveCapacity(target.featureCount + pool.featureCount)
    target.forEachDocument { _, features in trainer.add(features) }
    trainer.targetCount = trainer.documentCount
    let inTarget = target.priorities
    pool.forEachDocument { priority, features in
      if !priority.isShort, !inTarget.contains(priority) { trainer.add(features) }
    }
    self = trainer
  }

  /// - Parameters: documents' features, as a ``DocumentSample`` has them.
  init(target: [[UInt16]], pool: [[UInt16]]) {
    self.init()
    for document in target { add(document.span) }
    targetCount = documentCount
    for document in pool { add(document.span) }
  }

  private init() {}

  private mutating func add(_ document: Span<UInt16>) {
    builder.append(document, to: &entries)
    var squares = 0.0
    for index in offsets[offsets.count - 1]..<entries.count {
      let value = LogCounts.value(entries[index].count)
      squares += value * value
    }
    offsets.append(entries.count)
    inverseLengths.append(squares > 0 ? 1 / squares.squareRoot() : 0)
  }

  private var documentCount: Int { inverseLengths.count }

  /// - Returns: even odds for everything, if either side has no document.
  /// - Complexity: O(epochs × entries).
  package func train() -> LogisticModel {
    guard targetCount > 0, targetCount < documentCount else { return .indifferent }
    var theta = [Double](repeating: 0, count: RegressionFeatures.maximumBucketCount)
    var bias = 0.0
    let poolCount = documentCount - targetCount
    let costs = (
      target: 0.5 / Double(targetCount) / Self.regularization,
      pool: 0.5 / Double(poolCount) / Self.regularization
    )
    // The dual variables: 0 < alpha < cost. They start near 0, where θ is.
    var alphas = [Double](repeating: 0, count: documentCount)
    for document in 0..<documentCount {
      let isTarget = document < targetCount
      let alpha = min(0.001 * (isTarget ? costs.target : costs.pool), 1e-8)
      alphas[document] = alpha
      add(isTarget ? alpha : -alpha, of: document, to: &theta, &bias)
    }
    var order = Array(0..<documentCount)
    var state = Self.shuffleSeed
    for _ in 0..<Self.maximumEpochCount {
      Self.shuffle(&order, &state)
      var largestGradient = 0.0
      for (place, document) in order.enumerated() {
        fetch(order[min(place + 1, order.count - 1)])
        let isTarget = document < targetCount
        let sign = isTarget ? 1.0 : -1.0
        let step = DualStep(
          cost: isTarget ? costs.target : costs.pool, alpha: alphas[document],
          margin: sign * (bias + product(document, theta)),
          // The squared length of the vector with its constant 1.
          curvature: inverseLengths[document] > 0 ? 2 : 1)
        largestGradient = max(largestGradient, step.gradient)
        if step.alpha != alphas[document] {
          add(sign * (step.alpha - alphas[document]), of: document, to: &theta, &bias)
          alphas[document] = step.alpha
        }
      }
      if largestGradient < Self.tolerance { break }
    }
    return LogisticModel(bias: bias, weights: theta)
  }

  /// Asks the processor for the entries of a document, which come from anywhere in memory. It
  /// continues by itself after a few lines of them.
  private func fetch(_ document: Int) {
    let entries = entries.span
    for index in 0..<Self.fetchedLines {
      entries.prefetch(offsets[document] + index * Self.entriesPerLine)
    }
  }

  private static let fetchedLines = 6
  private static let entriesPerLine = 64 / MemoryLayout<RegressionFeatures.Entry>.stride

  /// θ · x of a document, without the bias.
  private func product(_ document: Int, _ theta: [Double]) -> Double {
    let (theta, entries) = (theta.span, entries.span)
    // A span of a static property itself doesn't compile without optimisation.
    let values = LogCounts.values
    let logs = values.span
    func value(_ index: Int) -> Double {
      let entry = entries[index]
      return theta[entry.bucket] * logs[entry.count]
    }
    // Four sums, since each addition would wait for the one before it.
    var sums = SIMD4<Double>()
    var index = offsets[document]
    let end = offsets[document + 1]
    while index + 4 <= end {
      sums += SIMD4(value(index), value(index + 1), value(index + 2), value(index + 3))
      index += 4
    }
    var sum = sums.sum()
    while index < end {
      sum += value(index)
      index += 1
    }
    return sum * inverseLengths[document]
  }

  private func add(
    _ amount: Double, of document: Int, to theta: inout [Double], _ bias: inout Double
  ) {
    let entries = entries.span
    // A span of a static property itself doesn't compile without optimisation.
    let values = LogCounts.values
    let logs = values.span
    let scale = amount * inverseLengths[document]
    var parameters = theta.mutableSpan
    for index in offsets[document]..<offsets[document + 1] {
      let entry = entries[index]
      parameters[entry.bucket] += scale * logs[entry.count]
    }
    bias += amount
  }

  /// Fisher and Yates, with a linear congruential generator (Knuth's constants).
  private static func shuffle(_ order: inout [Int], _ state: inout UInt64) {
    for index in order.indices.dropLast() {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let range = UInt64(order.count - index)
      order.swapAt(index, index + Int(state.multipliedFullWidth(by: range).high))
    }
  }
}
