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
  @inline(__always)
  mutating func add<ID: FixedWidthInteger & BitwiseCopyable>(_ ids: Span<ID>, shift: ID = 0) {
    var distinctCount = distinctCount
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe buckets.withUnsafeMutableBufferPointer { buckets in
        // SAFETY: there are 2¹⁶ counts, as many as a bucket has values. As each bucket is in the
        // list once, the list is no longer than that, and it has room for one more.
        guard let counts = counts.baseAddress, let buckets = buckets.baseAddress else { return }
        for index in ids.indices {
          let bucket = UInt16(truncatingIfNeeded: ids[index] &>> shift)
          let count = unsafe UInt32(counts[Int(bucket)])
          unsafe buckets[distinctCount] = bucket
          // One more distinct bucket if the count was 0. The count grows by 1, but never beyond
          // 255. Both without a branch, which would be mispredicted for many tokens. It is
          // arithmetic because the compiler makes a branch of `count == 0 ? 1 : 0`.
          distinctCount &+= Int(truncatingIfNeeded: (count &- 1) &>> 31)
          unsafe counts[Int(bucket)] = UInt8(
            truncatingIfNeeded: count &+ 1 &- (count &+ 1) &>> 8)
        }
      }
    }
    self.distinctCount = distinctCount
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
