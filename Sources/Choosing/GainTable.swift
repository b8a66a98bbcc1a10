internal import Platform

/// How much the features of one more document would add to a set.
///
/// With C(b) the set's count of features in bucket b and a pseudocount a, a document with counts
/// c(b) adds Σ p(b) ln(1 + c(b) / (a + C(b))): the gain in the log likelihood of the target's
/// n-grams. Most features of a document occur once, so their terms are kept in a table. Only a
/// feature whose count changes needs a new logarithm.
///
/// Each term is rounded to a multiple of 2⁻⁵⁰. Sums of whole numbers don't depend on their order,
/// so a document's features may come in any order.
package struct GainTable: Sendable {
  private let shares: [Double]
  private let pseudocount: Double
  /// C(b): whole numbers.
  private var counts: [Double]
  /// p(b) ln(1 + 1 / (a + C(b))), as multiples of ``unit``.
  private var gains: [Int64]

  /// Gains are below 2¹³ in this unit: Σ p(b) is at most 5, and a logarithm at most some 700.
  private static let unit = 0x1p-50

  /// - Parameter counts: C(b) by rank; nil for an empty set.
  /// - Complexity: O(*n*) for *n* ranks.
  package init(_ profile: TargetProfile, pseudocount: Double, counts: [Double]? = nil) {
    shares = profile.shares
    self.pseudocount = pseudocount
    self.counts = counts ?? Array(repeating: 0, count: profile.rankCount)
    gains = []
    gains.reserveCapacity(shares.count)
    for rank in shares.indices { gains.append(gain(rank, 1)) }
  }

  private func gain(_ rank: Int, _ count: Double) -> Int64 {
    let gain = shares[rank] * log(1 + count / (pseudocount + counts[rank]))
    return Int64((gain / Self.unit).rounded())
  }

  /// The gain of a document.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package func gain(of record: CandidateRecord, in words: Span<UInt32>) -> Double {
    let gains = gains.span
    // Two sums don't wait for each other.
    var (sum, second): (Int64, Int64) = (0, 0)
    var index = record.single.lowerBound
    let end = record.single.upperBound
    while index + 2 <= end {
      sum &+= gains[Int(words[index])]
      second &+= gains[Int(words[index + 1])]
      index += 2
    }
    if index < end { sum &+= gains[Int(words[index])] }
    sum &+= second
    index = record.repeated.lowerBound
    while index < record.repeated.upperBound {
      sum &+= gain(Int(words[index]), Double(words[index + 1]))
      index += 2
    }
    return Double(sum) * Self.unit
  }

  /// The gain of a document that is in the set, if it came last.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func loss(without record: CandidateRecord, in words: Span<UInt32>) -> Double {
    add(record, in: words, sign: -1)
    defer { add(record, in: words) }
    return gain(of: record, in: words)
  }

  /// Adds a document to the set, or takes it out.
  ///
  /// - Parameter sign: 1 or −1.
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func add(
    _ record: CandidateRecord, in words: Span<UInt32>, sign: Double = 1
  ) {
    for index in record.single { change(Int(words[index]), by: sign) }
    var index = record.repeated.lowerBound
    while index < record.repeated.upperBound {
      change(Int(words[index]), by: sign * Double(words[index + 1]))
      index += 2
    }
  }

  /// Adds the counts of several documents.
  ///
  /// - Parameter differences: whole numbers, by rank.
  /// - Complexity: O(*n*) for *n* ranks.
  package mutating func add(_ differences: [Double]) {
    for rank in differences.indices where differences[rank] != 0 {
      change(rank, by: differences[rank])
    }
  }

  private mutating func change(_ rank: Int, by difference: Double) {
    counts[rank] += difference
    gains[rank] = gain(rank, 1)
  }
}
