internal import CVector
internal import Featurizing
internal import Files
internal import Platform

/// A log-ratio per bucket: what a feature in it adds to a document's log weight, before
/// normalization.
package struct LogRatioTable: Sendable {
  private enum Storage: Sendable {
    case exact([Double])
    /// In steps. They take a quarter of the memory, and look-ups hit all of it.
    case compact(Steps)
  }

  /// Shared by all weighers.
  private final class Steps: Sendable {
    /// One more element than there are buckets: a kernel reads two at a time.
    private let table: LargeTable<Int16>
    private let kernels: Kernels

    init(_ table: consuming LargeTable<Int16>, kernels: Kernels) {
      self.table = table
      self.kernels = kernels
    }

    /// The kernels sum no more, so that no lane overflows.
    private static let mostAtOnce = 1 << 16

    subscript(bucket: Int) -> Int { table.withSpan { steps in Int(steps[bucket]) } }

    func sum(of ids: Span<UInt32>) -> Int {
      table.withSpan { steps in
        unsafe steps.withUnsafeBufferPointer { steps in
          unsafe ids.withUnsafeBufferPointer { ids in
            // SAFETY: the ids are checked against the count, which leaves one element after the
            // last.
            guard let values = steps.baseAddress, let first = ids.baseAddress else { return 0 }
            var sum = 0
            for begin in stride(from: 0, to: ids.count, by: Self.mostAtOnce) {
              sum &+= unsafe Int(
                dsel_sum(
                  kernels.backend, values, steps.count - 1, first + begin,
                  min(Self.mostAtOnce, ids.count - begin)))
            }
            return sum
          }
        }
      }
    }
  }

  private let storage: Storage

  /// Shrunken log-ratios are rounded to multiples of 2⁻¹⁰ nats, which is far finer than the error
  /// of any count, and bounded to ±32. Sums of them are exact.
  package static let stepsPerNat = 1024.0

  /// ln p_target − ln p_pool.
  ///
  /// - Precondition: both models have the same number of buckets, and no bucket is impossible to
  ///   both.
  /// - Complexity: O(*n*) for *n* buckets.
  package init(target: BucketDistribution, pool: BucketDistribution) {
    storage = .exact(zip(target.logProbabilities, pool.logProbabilities).map { $0 - $1 })
  }

  /// ln((c_target + a) / (E + a)), where E = N_target c_pool / N_pool is the count that the target
  /// would have if it were the pool.
  ///
  /// Both counts are Poisson variables, with a gamma prior of weight a on each rate. A bucket that
  /// both sides leave nearly empty therefore gets a log-ratio near 0. The ratio of two smoothed
  /// models would give it up to ln(N_pool / N_target). (These are shrunken log odds, as in Monroe,
  /// Colaresi and Quinn 2008 with a flat prior.) The values are rounded: see ``stepsPerNat``.
  ///
  /// - Parameter prior: a, in occurrences; above 0.
  /// - Precondition: both have the same number of buckets, and features.
  /// - Complexity: O(*n*) for *n* buckets.
  package init(shrinking target: FeatureCounts, pool: FeatureCounts, prior: Double) {
    self.init(
      shrinking: target, pool: pool, prior: prior, kernels: .chosen)
  }

  init(shrinking target: FeatureCounts, pool: FeatureCounts, prior: Double, kernels: Kernels) {
    precondition(target.bucketCount == pool.bucketCount && prior > 0)
    let poolCount = pool.featureCount
    let scale = poolCount > 0 ? Double(target.featureCount) / Double(poolCount) : 0
    func value(_ inTarget: UInt64, _ inPool: UInt64) -> Int16 {
      let ratio = (Double(inTarget) + prior) / (Double(inPool) * scale + prior)
      let rounded = (log(ratio) * Self.stepsPerNat).rounded(.toNearestOrEven)
      return Int16(min(max(rounded, -32768), 32767))
    }
    // Most buckets have small counts of the pool, and none of the target.
    let ofPoolAlone = (0..<Self.smallCounts).map { value(0, $0) }
    var table = LargeTable<Int16>(count: target.bucketCount + 1)
    let (targetCounts, poolCounts, small) = (target.counts.span, pool.counts.span, ofPoolAlone.span)
    var steps = table.mutableSpan
    for bucket in targetCounts.indices {
      let (inTarget, inPool) = (targetCounts[bucket], poolCounts[bucket])
      steps[bucket] =
        inTarget == 0 && inPool < Self.smallCounts ? small[Int(inPool)] : value(inTarget, inPool)
    }
    storage = .compact(Steps(table, kernels: kernels))
  }

  private static let smallCounts: UInt64 = 1024

  /// The value of a bucket.
  package subscript(bucket: Int) -> Double {
    switch storage {
    case .exact(let values): values[bucket]
    case .compact(let steps): Double(steps[bucket]) / Self.stepsPerNat
    }
  }

  /// Adds the log-ratios of features to a sum.
  ///
  /// Callers keep one sum per order of n-grams, and pass features in text order. Then the result
  /// has the same bits however a text is cut into blocks.
  ///
  /// - Precondition: each id is below the number of buckets.
  /// - Complexity: O(*n*) for *n* features.
  package func addLogRatios(of ids: Span<UInt32>, to sum: inout Double) {
    switch storage {
    case .exact(let values):
      let values = values.span
      var total = sum
      for index in ids.indices { total += values[Int(ids[index])] }
      sum = total
    case .compact(let steps):
      sum += Double(steps.sum(of: ids)) / Self.stepsPerNat
    }
  }
}
