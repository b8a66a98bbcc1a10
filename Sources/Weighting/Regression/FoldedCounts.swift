internal import CVector

/// How often each folded bucket occurs in a document: see ``RegressionFeatures``.
///
/// A count grows no further than ``RegressionFeatures/maximumCount``.
struct FoldedCounts {
  private var counts = [UInt8](repeating: 0, count: RegressionFeatures.maximumBucketCount)
  /// The buckets that occur, each once, in the order in which they occur first. The place after the
  /// last one is written to as well, which saves a branch per feature.
  private var buckets = [UInt16](repeating: 0, count: RegressionFeatures.maximumBucketCount + 1)
  /// The number of different buckets that occur.
  private(set) var distinctCount = 0

  /// Counts features. The bucket of an id is id ≫ `shift`, of which the lower 16 bits count.
  ///
  /// - Complexity: O(*n*) for *n* features.
  mutating func add(_ ids: Span<UInt32>, shift: UInt32) {
    unsafe ids.withUnsafeBufferPointer { ids in
      guard let first = ids.baseAddress else { return }
      unsafe change { unsafe dsel_count_folded($0, $1, $2, first, ids.count, shift) }
    }
  }

  /// Counts features that are folded already.
  ///
  /// - Complexity: O(*n*) for *n* features.
  mutating func add(_ buckets: Span<UInt16>) {
    unsafe buckets.withUnsafeBufferPointer { ids in
      guard let first = ids.baseAddress else { return }
      unsafe change { unsafe dsel_count_folded_ids($0, $1, $2, first, ids.count) }
    }
  }

  /// - Parameter body: gets the counts, the buckets, and their number, and returns the new number.
  @inline(__always)
  private mutating func change(
    _ body: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<UInt16>, Int) -> Int
  ) {
    let before = distinctCount
    distinctCount = unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe buckets.withUnsafeMutableBufferPointer { buckets in
        // SAFETY: there are 2¹⁶ counts, as many as a bucket has values. As each bucket is in the
        // list once, the list is no longer than that, and it has room for one more.
        guard let counts = counts.baseAddress, let buckets = buckets.baseAddress
        else { return before }
        return unsafe body(counts, buckets, before)
      }
    }
  }

  /// Calls `body` with each bucket that occurs and its count, in the order in which they occur
  /// first, and forgets them.
  ///
  /// - Complexity: O(*n*) for *n* different buckets.
  @inline(__always)
  mutating func removeAll(_ body: (_ bucket: Int, _ count: Int) -> Void = { _, _ in }) {
    let count = distinctCount
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe buckets.withUnsafeMutableBufferPointer { buckets in
        // SAFETY: see `add`.
        guard let counts = counts.baseAddress, let buckets = buckets.baseAddress else { return }
        for index in 0..<count {
          let bucket = unsafe Int(buckets[index])
          unsafe body(bucket, Int(counts[bucket]))
          unsafe counts[bucket] = 0
        }
      }
    }
    distinctCount = 0
  }
}
