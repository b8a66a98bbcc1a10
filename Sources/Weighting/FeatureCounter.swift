internal import Files

/// Counts features fast and in little memory: two bytes per bucket, and a list of the buckets whose
/// count ran over. The table stays in a core's cache where ``FeatureCounts`` wouldn't.
package struct FeatureCounter: ~Copyable, Sendable {
  private var low: LargeTable<UInt16>
  /// How often the count of a bucket has run over. Each time stands for 2¹⁶ features.
  private var carries: [UInt32: Int] = [:]
  private var documentCount = 0
  private var tokenCount = 0

  package init(bucketCount: Int) {
    low = LargeTable(count: bucketCount)
  }

  /// Counts the features of a part of a document.
  ///
  /// - Precondition: each id is below the number of buckets.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) {
    var carried: [UInt32] = []
    var low = low.mutableSpan
    for index in ids.indices {
      let id = ids[index]
      let count = low[Int(id)] &+ 1
      low[Int(id)] = count
      if count == 0 { carried.append(id) }
    }
    for id in carried { carries[id, default: 0] += 1 }
  }

  /// Counts a document, whose features were added in parts.
  package mutating func addDocument(tokenCount: Int) {
    documentCount += 1
    self.tokenCount += tokenCount
  }

  /// Adds what was counted to `counts`.
  ///
  /// - Precondition: both have the same number of buckets.
  /// - Complexity: O(*n*) for *n* buckets.
  package func add(to counts: inout FeatureCounts) {
    counts.merge(low.span, documentCount: documentCount, tokenCount: tokenCount)
    for (id, count) in carries { counts.add(UInt64(count) << 16, to: Int(id)) }
  }
}
