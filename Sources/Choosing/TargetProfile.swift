internal import CVector

/// The n-grams of a target, and how much each of them counts when a set is chosen.
///
/// With c(b) the target's count of features in bucket b, and N its number of tokens, the bucket's
/// share is p(b) = c(b) / N. A feature is known by its bucket's *rank* among the buckets that the
/// target uses: the fullest first, and of equally full ones the first bucket. What documents have
/// most is then side by side in memory. Other buckets tell nothing about the target, and have no
/// rank.
package struct TargetProfile: Sendable {
  /// One per bucket; ``noRank`` for those that the target leaves empty. Empty in a profile that was
  /// read from a file of candidates, whose features are ranks already.
  let ranks: [UInt32]
  /// c(b) by rank: all above 0.
  package let counts: [UInt64]
  package let tokenCount: Int
  /// p(b) by rank.
  package let shares: [Double]
  /// W = Σ p(b): the number of features per token.
  package let shareSum: Double

  static let noRank = UInt32.max

  /// - Parameters:
  ///   - bucketCounts: one per bucket.
  ///   - tokenCount: the target's number of tokens.
  /// - Complexity: O(*b* + *n* log *n*) for *b* buckets and *n* ranks.
  package init(bucketCounts: [UInt64], tokenCount: Int) {
    var ranks = [UInt32](repeating: Self.noRank, count: bucketCounts.count)
    var used = bucketCounts.indices.filter { bucketCounts[$0] > 0 }
    used.sort { first, second in
      let (count, other) = (bucketCounts[first], bucketCounts[second])
      return count == other ? first < second : count > other
    }
    for (rank, bucket) in used.enumerated() { ranks[bucket] = UInt32(rank) }
    let counts = used.map { bucketCounts[$0] }
    self.init(ranks: ranks, counts: counts, tokenCount: tokenCount)
  }

  /// - Parameters:
  ///   - counts: of the buckets that the target uses, by rank.
  ///   - tokenCount: the target's number of tokens.
  /// - Complexity: O(*n*) for *n* ranks.
  package init(counts: [UInt64], tokenCount: Int) {
    self.init(ranks: [], counts: counts, tokenCount: tokenCount)
  }

  private init(ranks: [UInt32], counts: [UInt64], tokenCount: Int) {
    self.ranks = ranks
    self.counts = counts
    self.tokenCount = tokenCount
    let divisor = Double(max(1, tokenCount))
    shares = counts.map { Double($0) / divisor }
    // A sum of rounded shares would depend on their order.
    shareSum = Double(counts.reduce(0, &+)) / divisor
  }

  /// The number of buckets that the target uses.
  package var rankCount: Int { shares.count }

  /// The numbers of the buckets that the target uses, by rank.
  ///
  /// - Parameter bucketNumbers: one per bucket.
  /// - Complexity: O(*b*) for *b* buckets.
  func ranked(_ bucketNumbers: [UInt64]) -> [UInt64] {
    var ranked = [UInt64](repeating: 0, count: rankCount)
    for (bucket, rank) in ranks.enumerated() where rank != Self.noRank {
      ranked[Int(rank)] = bucketNumbers[bucket]
    }
    return ranked
  }

  /// Counts features by rank.
  ///
  /// - Parameters:
  ///   - ids: buckets.
  ///   - counts: by rank, and one more: 1, for buckets without a rank.
  ///   - found: takes the ranks that had no count yet. It has room for all `ids`.
  ///   - foundCount: the number of ranks that are in `found` already.
  /// - Returns: the number of ranks in `found`.
  /// - Complexity: O(*n*) for *n* features.
  @inline(__always)
  func count(
    _ ids: Span<UInt32>, counts: consuming MutableSpan<UInt32>,
    found: consuming MutableSpan<UInt32>, foundCount: Int
  ) -> Int {
    let none = UInt32(rankCount)
    precondition(counts.count > rankCount && found.count - foundCount >= ids.count)
    var foundCount = foundCount
    unsafe ranks.span.withUnsafeBufferPointer { ranks in
      unsafe counts.withUnsafeMutableBufferPointer { counts in
        unsafe found.withUnsafeMutableBufferPointer { found in
          unsafe ids.withUnsafeBufferPointer { ids in
            // SAFETY: the ids are checked against the number of ranks, there is a count for each
            // rank and one more, and `found` has room for all ids.
            guard let first = ids.baseAddress, let ranksBase = ranks.baseAddress,
              let counts = counts.baseAddress, let found = found.baseAddress
            else { return }
            unsafe foundCount = dsel_count_ranks(
              ranksBase, ranks.count, none, counts, found, foundCount, first, ids.count)
          }
        }
      }
    }
    counts[Int(none)] = 1
    return foundCount
  }
}
