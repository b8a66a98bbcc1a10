internal import Platform

/// How many different n-grams share a bucket, as far as counts of buckets can tell.
package struct BucketLoad: Sendable, Equatable {
  package let bucketCount: Int
  /// Buckets that either side has hit.
  package let filledCount: Int

  /// - Precondition: both have the same number of buckets.
  package init(_ counts: FeatureCounts, _ others: FeatureCounts) {
    precondition(counts.bucketCount == others.bucketCount)
    bucketCount = counts.bucketCount
    filledCount = counts.counts.indices.count { counts.counts[$0] > 0 || others.counts[$0] > 0 }
  }

  /// True if no bucket is empty: then ``ngramCount`` is the least that is likely.
  package var isFull: Bool { filledCount == bucketCount }

  /// About how many different n-grams hit the buckets: −B ln(1 − filled / B), by which so many balls leave that share
  /// of B bins empty (linear counting: Whang, Vander-Zanden and Taylor 1990). For full buckets as if half of one were
  /// empty.
  package var ngramCount: Double {
    let buckets = Double(bucketCount)
    let empty = isFull ? 0.5 : buckets - Double(filledCount)
    return -buckets * log(empty / buckets)
  }

  /// How many different n-grams a bucket that isn't empty holds on average; 0 if all are empty.
  package var ngramsPerFilledBucket: Double {
    filledCount > 0 ? ngramCount / Double(filledCount) : 0
  }
}
