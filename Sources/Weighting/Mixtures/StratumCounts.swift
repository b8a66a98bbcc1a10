package import Files

/// How often the features of each stratum hit each of a few buckets.
///
/// The counts are exact integers, so the order of documents doesn't matter. They take 8 bytes per
/// stratum and bucket: 128 MiB at most.
package struct StratumCounts: Sendable {
  /// A stratum with how often its features hit each bucket.
  package struct Row: Sendable {
    package var name: ExactString
    package var hits: [UInt64]
  }

  /// More strata would fill the memory.
  package static let mostStrata = 256
  /// Features of more buckets are folded: see ``bucketCount(of:)``.
  package static let mostBuckets = 1 << 16

  private var hitsByName: [ExactString: [UInt64]] = [:]
  private let bucketCount: Int

  /// - Parameter bucketCount: the number of buckets of the counts.
  package init(bucketCount: Int) { self.bucketCount = bucketCount }

  /// The number of buckets for features that have `bucketCount`.
  package static func bucketCount(of bucketCount: Int) -> Int { min(bucketCount, mostBuckets) }

  /// Writes the buckets of features at the end of `folded`: bucket b of B becomes
  /// ⌊b × ``bucketCount(of:)`` / B⌋.
  ///
  /// - Complexity: O(*n*) for *n* features.
  package static func fold(
    _ ids: Span<UInt32>, of bucketCount: Int, into folded: inout [UInt16]
  ) {
    let ownCount = Self.bucketCount(of: bucketCount)
    folded.append(addingCapacity: ids.count) { output in
      if bucketCount & (bucketCount - 1) == 0 {
        let shift = UInt32(bucketCount.trailingZeroBitCount - ownCount.trailingZeroBitCount)
        for index in ids.indices { output.append(UInt16(truncatingIfNeeded: ids[index] &>> shift)) }
      } else {
        for index in ids.indices {
          output.append(UInt16(truncatingIfNeeded: Int(ids[index]) * ownCount / bucketCount))
        }
      }
    }
  }

  /// - Returns: false if there are too many strata; then nothing more is counted.
  /// - Complexity: O(*n*) for *n* features.
  package mutating func add(_ folded: [ExactString: [UInt16]]) -> Bool {
    for stratum in folded.keys.sorted() {
      guard let buckets = folded[stratum] else { continue }
      guard hitsByName[stratum] != nil || hitsByName.count < Self.mostStrata else { return false }
      let bucketCount = bucketCount
      Self.count(buckets, &hitsByName[stratum, default: Array(repeating: 0, count: bucketCount)])
    }
    return true
  }

  private static func count(_ buckets: [UInt16], _ hits: inout [UInt64]) {
    let buckets = buckets.span
    var hits = hits.mutableSpan
    for index in buckets.indices { hits[Int(buckets[index])] &+= 1 }
  }

  /// The strata that have features, in the order of the bytes of their names.
  package consuming func inOrder() -> [Row] {
    hitsByName.keys.sorted().map { Row(name: $0, hits: hitsByName[$0] ?? []) }
  }
}
