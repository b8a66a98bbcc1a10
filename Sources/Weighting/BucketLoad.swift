internal import Platform

/// An estimate of how many different n-grams share a bucket, from counts of buckets.
package struct BucketLoad: Sendable, Equatable {
  package let bucketCount: Int
  /// The number of buckets that either side has hit.
  package let filledCount: Int

  /// - Precondition: both have the same number of buckets.
  /// - Complexity: O(*n*) for *n* buckets.
  package init(_ counts: FeatureCounts, _ others: FeatureCounts) {
    precondition(counts.bucketCount == others.bucketCount)
    bucketCount = counts.bucketCount
    filledCount = counts.counts.indices.count { counts.counts[$0] > 0 || others.counts[$0] > 0 }
  }

  /// True if no bucket is empty. Then ``ngramCount`` is the smallest likely number.
  package var isFull: Bool { filledCount == bucketCount }

  /// About how many different n-grams hit the buckets: −B ln(1 − filled / B). That number of balls,
  /// thrown at B bins, leaves this share of them empty (linear counting: Whang, Vander-Zanden and
  /// Taylor 1990). If all buckets are full, half of one counts as empty.
  package var ngramCount: Double {
    let buckets = Double(bucketCount)
    let empty = isFull ? 0.5 : buckets - Double(filledCount)
    return -buckets * log(empty / buckets)
  }

  /// The average number of different n-grams in a bucket that isn't empty; 0 if all are empty.
  package var ngramsPerFilledBucket: Double {
    filledCount > 0 ? ngramCount / Double(filledCount) : 0
  }
}
