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
  private struct Bucket {
    /// p(b) / ``unit``.
    let share: Double
    /// C(b): a whole number, unless the set completes something.
    var count: Double

    /// The term of a feature that occurs `occurrences` times, as a multiple of ``unit``.
    @inline(__always)
    func gain(_ occurrences: Double, _ pseudocount: Double) -> Int64 {
      let gain = share * log(1 + occurrences / (pseudocount + count))
      // Gains aren't negative. A half is rounded up, without a branch that can't be predicted.
      let whole = Int64(gain)
      return whole &+ Int64(2 * (gain - Double(whole)))
    }
  }

  private let pseudocount: Double
  private var buckets: [Bucket]
  /// p(b) ln(1 + 1 / (a + C(b))), as multiples of ``unit``.
  private var gains: [Int64]
  /// The terms of features that occur 2 to 5 times, as multiples of ``unit``: four per rank.
  ///
  /// Found when they are first needed, and ``unknown`` until then and whenever C(b) changes.
  private var repeatedGains: [Int64]
  /// Whether any of a rank's ``repeatedGains`` is known.
  private var isKnown: [Bool]

  private static let repeatedCounts = 4
  private static let unknown: Int64 = -1

  /// Gains are below 2¹³ in this unit: Σ p(b) is at most 5, and a logarithm at most some 700.
  private static let unit = 0x1p-50

  /// - Parameter counts: C(b) by rank; nil for an empty set.
  /// - Complexity: O(*n*) for *n* ranks.
  package init(_ profile: TargetProfile, pseudocount: Double, counts: [Double]? = nil) {
    self.pseudocount = pseudocount
    buckets = profile.shares.indices.map { rank in
      Bucket(share: profile.shares[rank] / Self.unit, count: counts?[rank] ?? 0)
    }
    isKnown = Array(repeating: false, count: profile.rankCount)
    repeatedGains = Array(
      repeating: Self.unknown, count: Self.repeatedCounts * profile.rankCount)
    gains = []
    gains.reserveCapacity(buckets.count)
    for rank in buckets.indices { gains.append(gain(rank, 1)) }
  }

  @inline(__always)
  private func gain(_ rank: Int, _ count: Double) -> Int64 {
    buckets[rank].gain(count, pseudocount)
  }

  /// The gain of a document.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func gain(of record: CandidateRecord, in words: Span<UInt32>) -> Double {
    var sum = singleGain(of: record, in: words)
    var index = record.repeated.lowerBound
    while index < record.repeated.upperBound {
      sum &+= gain(Int(words[index]), occurring: Int(words[index + 1]))
      index += 2
    }
    return Double(sum) * Self.unit
  }

  /// - Parameter count: at least 2.
  @inline(__always)
  private mutating func gain(_ rank: Int, occurring count: Int) -> Int64 {
    guard count < 2 + Self.repeatedCounts else { return gain(rank, Double(count)) }
    let place = Self.repeatedCounts * rank + count - 2
    let known = repeatedGains[place]
    if known != Self.unknown { return known }
    return findGain(rank, count, place)
  }

  @inline(never)
  private mutating func findGain(_ rank: Int, _ count: Int, _ place: Int) -> Int64 {
    let gain = gain(rank, Double(count))
    repeatedGains[place] = gain
    isKnown[rank] = true
    return gain
  }

  /// The gain from the features that occur once.
  private func singleGain(of record: CandidateRecord, in words: Span<UInt32>) -> Int64 {
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
    var repeatedGains: MutableSpan<Int64>
    var isKnown: MutableSpan<Bool>
    let pseudocount: Double

    @_lifetime(copy buckets, copy gains, copy repeatedGains, copy isKnown)
    init(
      _ buckets: consuming MutableSpan<Bucket>, _ gains: consuming MutableSpan<Int64>,
      _ repeatedGains: consuming MutableSpan<Int64>, _ isKnown: consuming MutableSpan<Bool>,
      _ pseudocount: Double
    ) {
      self.buckets = buckets
      self.gains = gains
      self.repeatedGains = repeatedGains
      self.isKnown = isKnown
      self.pseudocount = pseudocount
    }

    @inline(__always)
    mutating func add(_ difference: Double, to rank: Int) {
      buckets[rank].count += difference
      gains[rank] = buckets[rank].gain(1, pseudocount)
      guard isKnown[rank] else { return }
      isKnown[rank] = false
      let first = GainTable.repeatedCounts * rank
      for place in first..<(first + GainTable.repeatedCounts) {
        repeatedGains[place] = GainTable.unknown
      }
    }
  }

  @inline(__always)
  private mutating func change(_ body: (inout Changes) -> Void) {
    // Moved out of `self` while they change: the compiler can't tell its members apart.
    var (buckets, gains, repeatedGains): ([Bucket], [Int64], [Int64]) = ([], [], [])
    var isKnown: [Bool] = []
    func exchange() {
      swap(&buckets, &self.buckets)
      swap(&gains, &self.gains)
      swap(&repeatedGains, &self.repeatedGains)
      swap(&isKnown, &self.isKnown)
    }
    exchange()
    do {
      var changes = Changes(
        buckets.mutableSpan, gains.mutableSpan, repeatedGains.mutableSpan, isKnown.mutableSpan,
        pseudocount)
      body(&changes)
    }
    exchange()
  }
}
