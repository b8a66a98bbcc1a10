#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// What each bucket adds to a document's log weight.
package struct LogRatioTable: Sendable {
  private enum Storage: Sendable {
    case exact([Double])
    /// Half the memory, for tables that are looked up all over: half the cache misses.
    case compact([Float])
  }

  private let storage: Storage

  /// ln p_target − ln p_pool.
  ///
  /// - Precondition: both models have the same number of buckets, and no bucket is impossible to both.
  package init(target: Model, pool: Model) {
    storage = .exact(zip(target.logProbabilities, pool.logProbabilities).map { $0 - $1 })
  }

  /// ln((c_target + a) / (E + a)), where E = N_target c_pool / N_pool is the count that the target would have
  /// if it were the pool.
  ///
  /// Both counts are Poisson's, with a gamma prior of weight a on each rate: so a bucket that both leave
  /// nearly empty says nothing, whereas the ratio of two smoothed models makes up to ln(N_pool / N_target) of it.
  /// (Shrunken log odds, as in Monroe, Colaresi and Quinn 2008 with a flat prior.)
  ///
  /// - Parameter prior: a, in occurrences; above 0.
  /// - Precondition: both have the same number of buckets, and features.
  package init(shrinking target: FeatureCounts, pool: FeatureCounts, prior: Double) {
    precondition(target.bucketCount == pool.bucketCount && prior > 0)
    let scale = Double(target.featureCount) / Double(pool.featureCount)
    storage = .compact(
      zip(target.counts, pool.counts).map { inTarget, inPool in
        Float(log((Double(inTarget) + prior) / (Double(inPool) * scale + prior)))
      })
  }

  /// The value of a bucket.
  package subscript(bucket: Int) -> Double {
    switch storage {
    case .exact(let values): values[bucket]
    case .compact(let values): Double(values[bucket])
    }
  }

  /// Adds the log-ratios of features up.
  ///
  /// One running sum an order of n-grams, features in text order: so the result has the same bits
  /// however a text is cut into blocks.
  ///
  /// - Precondition: each id is below the number of buckets.
  package func addLogRatios(of ids: Span<UInt32>, to sum: inout Double) {
    var total = sum
    switch storage {
    case .exact(let values):
      let values = values.span
      for index in ids.indices { total += values[Int(ids[index])] }
    case .compact(let values):
      let values = values.span
      for index in ids.indices { total += Double(values[Int(ids[index])]) }
    }
    sum = total
  }
}
