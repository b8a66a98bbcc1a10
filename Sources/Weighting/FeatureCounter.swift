internal import CVector
internal import Files

/// Counts features fast and in little memory: two bytes per bucket, and a list of the buckets whose
/// count ran over. The table stays in a core's cache where ``FeatureCounts`` wouldn't.
package struct FeatureCounter: ~Copyable, Sendable {
  private var low: LargeTable<UInt16>
  /// How often the count of a bucket has run over. Each time stands for 2¹⁶ features.
  private var carries: [UInt32: Int] = [:]
  fileprivate private(set) var documentCount = 0
  fileprivate private(set) var tokenCount = 0

  package init(bucketCount: Int) {
    low = LargeTable(count: bucketCount)
  }

  /// Counts the features of a part of a document.
  ///
  /// - Precondition: each id is below the number of buckets.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ ids: Span<UInt32>) {
    var counted = 0
    var carried: [UInt32] = []
    var low = low.mutableSpan
    unsafe low.withUnsafeMutableBufferPointer { low in
      unsafe ids.withUnsafeBufferPointer { ids in
        // SAFETY: the ids are checked against the number of buckets, and `counted` is at most their
        // count.
        guard let counts = low.baseAddress, let first = ids.baseAddress else { return }
        while counted < ids.count {
          counted += unsafe dsel_count(counts, low.count, first + counted, ids.count - counted)
          let last = unsafe first[counted - 1]
          if unsafe counts[Int(last)] == 0 { carried.append(last) }
        }
      }
    }
    for id in carried { carries[id, default: 0] += 1 }
  }

  /// Counts a document, whose features were added in parts.
  package mutating func addDocument(tokenCount: Int) {
    documentCount += 1
    self.tokenCount += tokenCount
  }

  /// A class can't lend the span of its counter for longer than a call.
  fileprivate func withLow<Result>(_ body: (Span<UInt16>) -> Result) -> Result {
    low.withSpan(body)
  }

  fileprivate func addCarries(to counts: inout [UInt64]) {
    for (id, count) in carries { counts[Int(id)] += UInt64(count) << 16 }
  }
}

/// A counter that counts no more. Those of all workers are added up at once.
package final class FinishedCounter: Sendable {
  fileprivate let counter: FeatureCounter

  package init(_ counter: consuming FeatureCounter) { self.counter = counter }
}

extension FeatureCounts {
  /// The buckets whose counts are added up together, so that they stay in a core's cache.
  private static let bucketsAtOnce = 1 << 13

  /// Adds up what was counted.
  ///
  /// - Precondition: all have `bucketCount` buckets.
  /// - Complexity: O(*m* *n*) for *m* counters and *n* buckets.
  package init(_ finished: [FinishedCounter], bucketCount: Int) {
    var counts: [UInt64] = []
    counts.reserveLargeCapacity(bucketCount)
    for start in stride(from: 0, to: bucketCount, by: Self.bucketsAtOnce) {
      let buckets = start..<min(start + Self.bucketsAtOnce, bucketCount)
      if let first = finished.first {
        first.counter.withLow { low in
          counts.append(addingCapacity: buckets.count) { output in
            for bucket in buckets { output.append(UInt64(low[bucket])) }
          }
        }
      } else {
        counts.append(contentsOf: repeatElement(0, count: buckets.count))
      }
      for other in finished.dropFirst() {
        other.counter.withLow { low in
          var counts = counts.mutableSpan
          for bucket in buckets { counts[bucket] &+= UInt64(low[bucket]) }
        }
      }
    }
    // Before they are anyone else's: then they needn't be copied.
    for other in finished { other.counter.addCarries(to: &counts) }
    self.init(
      counts: counts, documentCount: finished.reduce(0) { $0 + $1.counter.documentCount },
      tokenCount: finished.reduce(0) { $0 + $1.counter.tokenCount })
  }
}
