internal import Platform

/// How much the features of one more document would add to a set.
///
/// With C(b) the set's count of features in bucket b and a pseudocount a, a document with counts
/// c(b) adds Σ p(b) ln(1 + c(b) / (a + C(b))): the gain in the log likelihood of the target's
/// n-grams. Most features of a document occur once, so their terms are kept in a table. Those of
/// features that occur a few times are kept from their first use. Only a feature whose count
/// changes needs new logarithms.
///
/// Each term is rounded to a multiple of 2⁻⁵⁰. Sums of whole numbers don't depend on their order,
/// so a document's features may come in any order.
package struct GainTable: Sendable {
  /// What belongs to a rank: 64 bytes, as a line of the processor's cache.
  private struct Bucket {
    /// p(b) / ``unit``.
    let share: Double
    /// C(b): a whole number, unless the set completes something.
    var count: Double
    /// The terms of features that occur 2 to 7 times, as multiples of ``unit``.
    ///
    /// Found when they are first needed, and ``unknown`` until then and whenever C(b) changes.
    var repeatedGains: RepeatedGains

    /// The term of a feature that occurs `occurrences` times, as a multiple of ``unit``.
    @inline(__always)
    func gain(_ occurrences: Double, _ pseudocount: Double) -> Int64 {
      let gain = share * log(1 + occurrences / (pseudocount + count))
      // Gains aren't negative. A half is rounded up, without a branch that can't be predicted.
      let whole = Int64(gain)
      return whole &+ Int64(2 * (gain - Double(whole)))
    }
  }

  private typealias RepeatedGains = InlineArray<6, Int64>

  private let pseudocount: Double
  private var buckets: [Bucket]
  /// p(b) ln(1 + 1 / (a + C(b))), as multiples of ``unit``.
  private var gains: [Int64]

  private static let unknown: Int64 = -1

  /// Gains are below 2¹³ in this unit: Σ p(b) is at most 5, and a logarithm at most some 700.
  private static let unit = 0x1p-50

  /// - Parameter counts: C(b) by rank; nil for an empty set.
  /// - Complexity: O(*n*) for *n* ranks.
  package init(_ profile: TargetProfile, pseudocount: Double, counts: [Double]? = nil) {
    self.pseudocount = pseudocount
    buckets = profile.shares.indices.map { rank in
      Bucket(
        share: profile.shares[rank] / Self.unit, count: counts?[rank] ?? 0,
        repeatedGains: RepeatedGains(repeating: Self.unknown))
    }
    gains = buckets.map { $0.gain(1, pseudocount) }
  }

  /// The gain of a document.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func gain(of record: CandidateRecord, in words: Span<UInt32>) -> Double {
    var sum = singleGain(words.extracting(record.single))
    let pseudocount = pseudocount
    var index = record.repeated.lowerBound
    while index < record.repeated.upperBound {
      let (rank, count) = (Int(words[index]), Int(words[index + 1]))
      index += 2
      let place = count - 2
      guard place < RepeatedGains.count else {
        sum &+= buckets[rank].gain(Double(count), pseudocount)
        continue
      }
      let known = buckets[rank].repeatedGains[place]
      guard known == Self.unknown else {
        sum &+= known
        continue
      }
      let gain = buckets[rank].gain(Double(count), pseudocount)
      buckets[rank].repeatedGains[place] = gain
      sum &+= gain
    }
    return Double(sum) * Self.unit
  }

  /// The gain from the features that occur once.
  private func singleGain(_ words: Span<UInt32>) -> Int64 {
    let gains = gains.span
    // Two sums don't wait for each other.
    var (sum, second): (Int64, Int64) = (0, 0)
    var index = 0
    while index + 2 <= words.count {
      sum &+= gains[Int(words[index])]
      second &+= gains[Int(words[index + 1])]
      index += 2
    }
    if index < words.count { sum &+= gains[Int(words[index])] }
    return sum &+ second
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
    change { changes in
      for index in record.single { changes.add(sign, to: Int(words[index])) }
      var index = record.repeated.lowerBound
      while index < record.repeated.upperBound {
        changes.add(sign * Double(words[index + 1]), to: Int(words[index]))
        index += 2
      }
    }
  }

  /// Adds the counts of several documents.
  ///
  /// - Parameter differences: whole numbers, by rank.
  /// - Complexity: O(*n*) for *n* ranks.
  package mutating func add(_ differences: [Double]) {
    change { changes in
      for rank in differences.indices where differences[rank] != 0 {
        changes.add(differences[rank], to: rank)
      }
    }
  }

  /// The table's arrays while counts change.
  private struct Changes: ~Copyable, ~Escapable {
    var buckets: MutableSpan<Bucket>
    var gains: MutableSpan<Int64>
    let pseudocount: Double

    @_lifetime(copy buckets, copy gains)
    init(
      _ buckets: consuming MutableSpan<Bucket>, _ gains: consuming MutableSpan<Int64>,
      _ pseudocount: Double
    ) {
      self.buckets = buckets
      self.gains = gains
      self.pseudocount = pseudocount
    }

    @inline(__always)
    mutating func add(_ difference: Double, to rank: Int) {
      buckets[rank].count += difference
      gains[rank] = buckets[rank].gain(1, pseudocount)
      buckets[rank].repeatedGains = RepeatedGains(repeating: GainTable.unknown)
    }
  }

  @inline(__always)
  private mutating func change(_ body: (inout Changes) -> Void) {
    // Moved out of `self` while they change: the compiler can't tell its members apart.
    var (buckets, gains): ([Bucket], [Int64]) = ([], [])
    func exchange() {
      swap(&buckets, &self.buckets)
      swap(&gains, &self.gains)
    }
    exchange()
    do {
      var changes = Changes(buckets.mutableSpan, gains.mutableSpan, pseudocount)
      body(&changes)
    }
    exchange()
  }
}
