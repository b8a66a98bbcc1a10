/// How often each bucket was hit: exact integers, so that sums don't depend on their order.
package struct FeatureCounts: Sendable, Equatable {
  /// One count per bucket.
  package private(set) var counts: [UInt64]
  package private(set) var documentCount = 0
  package private(set) var tokenCount = 0

  package init(bucketCount: Int) {
    counts = Array(repeating: 0, count: bucketCount)
  }

  /// - Parameter counts: one per bucket; their sum is below 2⁶³.
  package init(counts: [UInt64], documentCount: Int, tokenCount: Int) {
    self.counts = counts
    self.documentCount = documentCount
    self.tokenCount = tokenCount
  }

  package var bucketCount: Int { counts.count }

  /// The number of features counted: the sum of ``counts``.
  ///
  /// - Complexity: O(*n*) for *n* buckets.
  package var featureCount: UInt64 { counts.reduce(0, &+) }

  /// - Complexity: O(*n*) for *n* buckets.
  package var emptyBucketCount: Int { counts.count { $0 == 0 } }

  /// The share of the features in buckets that `other` leaves empty; 0 without features.
  ///
  /// - Precondition: both have the same number of buckets.
  /// - Complexity: O(*n*) for *n* buckets.
  package func share(missingIn other: FeatureCounts) -> Double {
    precondition(bucketCount == other.bucketCount)
    var (missing, total): (UInt64, UInt64) = (0, 0)
    let (own, others) = (counts.span, other.counts.span)
    for bucket in own.indices {
      missing &+= others[bucket] == 0 ? own[bucket] : 0
      total &+= own[bucket]
    }
    return total > 0 ? Double(missing) / Double(total) : 0
  }

  /// Counts the features of a part of a document.
  ///
  /// - Precondition: each id is below ``bucketCount``.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) {
    var counts = counts.mutableSpan
    for index in ids.indices { counts[Int(ids[index])] &+= 1 }
  }

  /// Counts features whose ids are below `bucketCount`, in fewer buckets: see ``folded(to:)``.
  ///
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>, of bucketCount: Int) {
    guard bucketCount > self.bucketCount else { return add(ids) }
    let ownCount = self.bucketCount
    var counts = counts.mutableSpan
    if bucketCount & (bucketCount - 1) == 0 {
      // Dividing takes longer than all else.
      let shift = bucketCount.trailingZeroBitCount
      for index in ids.indices { counts[(Int(ids[index]) &* ownCount) &>> shift] &+= 1 }
    } else {
      for index in ids.indices { counts[Int(ids[index]) * ownCount / bucketCount] &+= 1 }
    }
  }

  /// The same counts in at most `bucketCount` buckets: bucket b of B becomes
  /// ⌊b × `bucketCount` / B⌋. Buckets are the high part of a hash, so the result is the same as
  /// hashing into fewer buckets.
  ///
  /// - Complexity: O(*n*) for *n* buckets.
  package func folded(to bucketCount: Int) -> FeatureCounts {
    guard bucketCount < self.bucketCount else { return self }
    var folded = FeatureCounts(bucketCount: bucketCount)
    let (own, ownCount) = (counts.span, self.bucketCount)
    var counts = folded.counts.mutableSpan
    if ownCount & (ownCount - 1) == 0 {
      // Dividing takes longer than all else.
      let shift = ownCount.trailingZeroBitCount
      for bucket in own.indices { counts[(bucket &* bucketCount) &>> shift] += own[bucket] }
    } else {
      for bucket in own.indices { counts[bucket * bucketCount / ownCount] += own[bucket] }
    }
    folded.documentCount = documentCount
    folded.tokenCount = tokenCount
    return folded
  }

  /// Counts a document, whose features were added in parts.
  package mutating func addDocument(tokenCount: Int) {
    documentCount += 1
    self.tokenCount += tokenCount
  }

  /// Adds the counts of other documents.
  ///
  /// - Precondition: both have the same number of buckets.
  /// - Complexity: O(*n*) for *n* buckets.
  package mutating func merge(_ other: FeatureCounts) {
    precondition(bucketCount == other.bucketCount)
    for bucket in counts.indices { counts[bucket] += other.counts[bucket] }
    documentCount += other.documentCount
    tokenCount += other.tokenCount
  }
}
