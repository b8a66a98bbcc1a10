/// How much the features of one more document would add to a set.
///
/// With C(b) the set's count of features in bucket b and a pseudocount a, a document with counts
/// c(b) adds Σ p(b) ln(1 + c(b) / (a + C(b))): the gain in the log likelihood of the target's
/// n-grams. Most features of a document occur once, so their terms are kept in a table. So are
/// those of features that occur a few times, for the n-grams that the target has most. Only a
/// feature whose count changes needs other terms.
///
/// Each term is rounded to a multiple of 2⁻⁵⁰. Sums of whole numbers don't depend on their order,
/// so a document's features may come in any order.
package struct GainTable: Sendable {
  private struct Bucket {
    /// p(b) / ``unit``.
    var share: Double
    /// C(b): a whole number, unless the set completes something.
    var count: Double
  }

  /// The terms of a bucket's features that occur 2 to 15 times, as multiples of ``unit``.
  ///
  /// Found when they are first needed, and ``unknown`` until then and whenever C(b) changes.
  private typealias RepeatedGains = InlineArray<14, Int64>

  private var logs: GainLogs
  private var buckets: [Bucket]
  /// p(b) ln(1 + 1 / (a + C(b))), as multiples of ``unit``.
  private var gains: [Int64]
  /// Of the first ranks. The counts of others are small, so that ``logs`` has their logarithms.
  private var repeatedGains: [RepeatedGains]

  private static let unknown: Int64 = -1
  private static let mostRepeatedGains = 4096

  /// Gains are below 2¹³ in this unit: Σ p(b) is at most 5, and a logarithm at most some 700.
  private static let unit = 0x1p-50

  /// - Parameter counts: C(b) by rank; nil for an empty set.
  /// - Complexity: O(*n*) for *n* ranks.
  package init(_ profile: TargetProfile, pseudocount: Double, counts: [Double]? = nil) {
    let rankCount = profile.rankCount
    logs = GainLogs(pseudocount: pseudocount)
    buckets = Array(repeating: Bucket(share: 0, count: 0), count: rankCount)
    gains = Array(repeating: 0, count: rankCount)
    repeatedGains = Array(
      repeating: RepeatedGains(repeating: Self.unknown),
      count: min(Self.mostRepeatedGains, rankCount))
    begin(profile, pseudocount: pseudocount, counts: counts)
  }

  /// Makes the table what the initializer makes, in the memory that it has.
  ///
  /// - Precondition: the table was made with a profile of as many ranks.
  /// - Complexity: O(*n*) for *n* ranks.
  package mutating func begin(
    _ profile: TargetProfile, pseudocount: Double, counts: [Double]? = nil
  ) {
    precondition(profile.rankCount == buckets.count)
    if logs.pseudocount != pseudocount { logs = GainLogs(pseudocount: pseudocount) }
    let shares = profile.shares.span
    change { changes in
      for rank in shares.indices {
        changes.buckets[rank] = Bucket(share: shares[rank] / Self.unit, count: counts?[rank] ?? 0)
        changes.gains[rank] = changes.gain(rank, 1)
      }
      changes.forgetRepeatedGains()
    }
  }

  /// Makes the table equal to another, in the memory that it has.
  ///
  /// - Precondition: both were made with the same profile.
  /// - Complexity: O(*n*) for *n* ranks.
  package mutating func copy(_ other: GainTable) {
    precondition(other.buckets.count == buckets.count)
    logs = other.logs
    let (otherBuckets, otherGains) = (other.buckets.span, other.gains.span)
    change { changes in
      for rank in otherBuckets.indices { changes.buckets[rank] = otherBuckets[rank] }
      for rank in otherGains.indices { changes.gains[rank] = otherGains[rank] }
      changes.forgetRepeatedGains()
    }
  }

  /// The gain of a document.
  ///
  /// - Complexity: O(*n*) for *n* different features.
  package mutating func gain(of record: CandidateRecord, in words: Span<UInt32>) -> Double {
    var sum = singleGain(words.extracting(record.single))
    change { changes in
      var index = record.repeated.lowerBound
      while index < record.repeated.upperBound {
        sum &+= changes.repeatedGain(Int(words[index]), Int(words[index + 1]))
        index += 2
      }
    }
    return Double(sum) * Self.unit
  }

  /// Rounds a number that isn't negative, and a half up.
  ///
  /// It takes the bits apart, since a conversion would check each number for its range.
  @inline(__always)
  private static func rounded(_ number: Double) -> Int64 {
    let exponent = Int(number.bitPattern >> 52) - 1023
    guard (-1...51).contains(exponent) else { return exponent < 0 ? 0 : Int64(number) }
    // Twice the number, rounded down.
    let twice = Int64(bitPattern: number.significandBitPattern | 1 << 52) &>> Int64(51 - exponent)
    return (twice + 1) &>> 1
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

  /// The table's arrays while they change.
  private struct Changes: ~Copyable, ~Escapable {
    var buckets: MutableSpan<Bucket>
    var gains: MutableSpan<Int64>
    var repeatedGains: MutableSpan<RepeatedGains>
    let logs: GainLogs

    @_lifetime(copy buckets, copy gains, copy repeatedGains)
    init(
      _ buckets: consuming MutableSpan<Bucket>, _ gains: consuming MutableSpan<Int64>,
      _ repeatedGains: consuming MutableSpan<RepeatedGains>, _ logs: GainLogs
    ) {
      self.buckets = buckets
      self.gains = gains
      self.repeatedGains = repeatedGains
      self.logs = logs
    }

    /// The term of a feature that occurs `occurrences` times, as a multiple of ``unit``.
    @inline(__always)
    func gain(_ rank: Int, _ occurrences: Int) -> Int64 {
      let bucket = buckets[rank]
      return GainTable.rounded(bucket.share * logs.value(occurrences, beside: bucket.count))
    }

    /// The same for a feature that occurs more than once.
    @inline(__always)
    mutating func repeatedGain(_ rank: Int, _ occurrences: Int) -> Int64 {
      let place = occurrences - 2
      guard rank < repeatedGains.count, place < RepeatedGains.count else {
        return gain(rank, occurrences)
      }
      let known = repeatedGains[rank][place]
      guard known == GainTable.unknown else { return known }
      let gain = gain(rank, occurrences)
      repeatedGains[rank][place] = gain
      return gain
    }

    @inline(__always)
    mutating func add(_ difference: Double, to rank: Int) {
      buckets[rank].count += difference
      gains[rank] = gain(rank, 1)
      if rank < repeatedGains.count {
        repeatedGains[rank] = RepeatedGains(repeating: GainTable.unknown)
      }
    }

    mutating func forgetRepeatedGains() {
      for rank in repeatedGains.indices {
        repeatedGains[rank] = RepeatedGains(repeating: GainTable.unknown)
      }
    }
  }

  @inline(__always)
  private mutating func change(_ body: (inout Changes) -> Void) {
    // Moved out of `self` while they change: the compiler can't tell its members apart.
    var (buckets, gains, repeatedGains): ([Bucket], [Int64], [RepeatedGains]) = ([], [], [])
    func exchange() {
      swap(&buckets, &self.buckets)
      swap(&gains, &self.gains)
      swap(&repeatedGains, &self.repeatedGains)
    }
    exchange()
    do {
      var changes = Changes(
        buckets.mutableSpan, gains.mutableSpan, repeatedGains.mutableSpan, logs)
      body(&changes)
    }
    exchange()
  }
}
