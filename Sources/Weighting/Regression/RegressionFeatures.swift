/// The features of the logistic regression: single tokens.
///
/// Pairs of tokens would double its cost, and the selections are as good without them
/// (Documentation/Weights.md). The buckets are those of the other features, folded to 2¹⁶ at most:
/// id ≫ shift. As ids are the high part of a hash, folding is hashing into fewer buckets.
package enum RegressionFeatures {
  package static let maximumBucketCount = 1 << 16
  /// The largest count: a feature that occurs more often has this one.
  static let maximumCount = 255

  /// How far ids below `bucketCount` are shifted.
  package static func shift(bucketCount: Int) -> Int {
    max(0, (Int.bitWidth - (bucketCount - 1).leadingZeroBitCount) - 16)
  }

  /// One feature of a document, and how often it occurs: bucket × 2⁸ + count.
  struct Entry {
    let bits: UInt32

    init(bucket: UInt16, count: Int) {
      bits = UInt32(bucket) << 8 | UInt32(min(count, RegressionFeatures.maximumCount))
    }

    var bucket: Int { Int(bits >> 8) }
    var count: Int { Int(bits & 255) }
  }

  /// Joins the occurrences of equal features, one document after the other.
  struct Builder {
    private var counts = FoldedCounts()

    /// Adds a document's entries to `entries`, in the order in which features occur first.
    ///
    /// - Complexity: O(*n*) for *n* occurrences.
    mutating func append(_ buckets: Span<UInt16>, to entries: inout [Entry]) {
      counts.add(buckets)
      entries.append(addingCapacity: counts.distinctCount) { output in
        counts.removeAll { bucket, count in
          output.append(Entry(bucket: UInt16(truncatingIfNeeded: bucket), count: count))
        }
      }
    }
  }
}
