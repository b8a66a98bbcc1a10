package import Files
internal import Platform

/// How probable each stratum makes a feature.
///
/// With c(b) features of a stratum in bucket b of B, N in all of them, and the distribution q of
/// all strata's features with one more in each bucket,
///
///     p(b) = (c(b) + m q(b)) / (N + m),        m = min(2 B, mean N of all strata)
///
/// A stratum with few documents is thus like the whole pool where it has nothing. With a smaller m,
/// small strata lose documents to large ones; with a larger one, they take them. See
/// `Documentation/Method.md` for the measurement.
package struct StratumModels: Sendable {
  package let names: [ExactString]
  /// ln p, one after another for all strata of a bucket.
  private let logProbabilities: [Float]
  /// The cross-entropy of each stratum's own features, each predicted by the others, in nats.
  let ownCrossEntropies: [Double]
  private let bucketCount: Int

  private static let mostPriorPerBucket = 2.0

  /// - Precondition: each stratum has at least one feature.
  /// - Complexity: O(*n* *m*) for *n* strata and *m* buckets.
  package init(_ counts: consuming StratumCounts, bucketCount: Int) {
    let strata = counts.inOrder()
    names = strata.map(\.name)
    self.bucketCount = bucketCount
    var sums = [Double](repeating: 1, count: bucketCount)
    for stratum in strata {
      for bucket in 0..<bucketCount { sums[bucket] += Double(stratum.hits[bucket]) }
    }
    let whole = sums.reduce(0, +)
    let mean = (whole - Double(bucketCount)) / Double(max(1, strata.count))
    let prior = min(Self.mostPriorPerBucket * Double(bucketCount), mean)
    var table = [Float](repeating: 0, count: bucketCount * strata.count)
    var entropies: [Double] = []
    for (number, stratum) in strata.enumerated() {
      let total = Double(stratum.hits.reduce(0, +))
      let (logTotal, logOthers) = (log(total + prior), log(total - 1 + prior))
      var entropy = 0.0
      for bucket in 0..<bucketCount {
        let (count, more) = (Double(stratum.hits[bucket]), prior * sums[bucket] / whole)
        table[bucket * strata.count + number] = Float(log(count + more) - logTotal)
        if count > 0 { entropy -= count * (log(count - 1 + more) - logOthers) }
      }
      entropies.append(entropy / total)
    }
    logProbabilities = table
    ownCrossEntropies = entropies
  }

  /// Adds the log probabilities of features to one sum per stratum.
  ///
  /// - Complexity: O(*n* *m*) for *n* features and *m* strata.
  package func add(_ buckets: [UInt16], to sums: inout [Double]) {
    let (table, count) = (logProbabilities.span, names.count)
    var sums = sums.mutableSpan
    for bucket in buckets {
      let start = Int(bucket) * count
      for stratum in 0..<count { sums[stratum] += Double(table[start + stratum]) }
    }
  }

  /// Pairs of strata whose texts are too similar to tell documents apart.
  ///
  /// - Parameter wanted: strata of which at least one is in each pair.
  /// - Complexity: O(*n* *m* *k*) for *n* wanted of *m* strata and *k* buckets.
  func alike(_ wanted: [Int]) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    let isWanted = Set(wanted)
    for one in wanted {
      for other in names.indices
      where other > one || (other < one && !isWanted.contains(other)) {
        if divergence(one, other) < Self.leastDivergence {
          pairs.append((min(one, other), max(one, other)))
        }
      }
    }
    return pairs.sorted { $0 < $1 }
  }

  /// Below this divergence, strata are called alike.
  ///
  /// The halves of one corpus, divided at random, have 0.05 to 0.15, by their size; the nearest of
  /// different ones 0.19.
  private static let leastDivergence = 0.16

  /// The mean of KL(one ‖ other) and KL(other ‖ one), in nats per feature.
  private func divergence(_ one: Int, _ other: Int) -> Double {
    var sum = 0.0
    for start in stride(from: 0, to: logProbabilities.count, by: names.count) {
      let (first, second) = (
        Double(logProbabilities[start + one]), Double(logProbabilities[start + other])
      )
      sum += (exp(first) - exp(second)) * (first - second)
    }
    return sum / 2
  }
}
