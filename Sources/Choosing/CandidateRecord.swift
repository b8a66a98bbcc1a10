/// A candidate's features that the target has too, as words of 32 bits.
///
/// | Words | Content |
/// | --- | --- |
/// | 1 | the candidate's number |
/// | 1 | s, the number of features that occur once |
/// | 1 | m, the number of features that occur more often |
/// | s | ranks of the features that occur once |
/// | 2 m | rank and count of the others |
///
/// Features come in any order.
package struct CandidateRecord {
  /// The words of a record before its features.
  package static let headerCount = 3

  package let candidate: Int
  /// Where the ranks of features that occur once are, among the words.
  let single: Range<Int>
  /// Where the pairs of rank and count are.
  let repeated: Range<Int>

  /// - Parameter start: the index of the record's first word.
  /// - Precondition: a record begins there.
  package init(in words: Span<UInt32>, at start: Int) {
    candidate = Int(words[start])
    let first = start + Self.headerCount
    single = first..<(first + Int(words[start + 1]))
    repeated = single.upperBound..<(single.upperBound + 2 * Int(words[start + 2]))
  }

  /// The index after the record's last word.
  package var end: Int { repeated.upperBound }

  /// Adds the record's counts, or takes them away, by rank.
  ///
  /// - Parameter sign: 1 or −1.
  /// - Complexity: O(*n*) for *n* different features.
  package func add(to counts: inout [Double], from words: Span<UInt32>, sign: Double) {
    var counts = counts.mutableSpan
    for index in single { counts[Int(words[index])] += sign }
    var index = repeated.lowerBound
    while index < repeated.upperBound {
      counts[Int(words[index])] += sign * Double(words[index + 1])
      index += 2
    }
  }

  /// The number of features, each counted once.
  package var featureCount: Int { single.count + repeated.count / 2 }
}

/// The records of some candidates, one after another.
package struct CandidateRecords: Sendable {
  package private(set) var words: [UInt32]
  /// The index of each record's first word.
  private var starts: [Int] = []

  /// - Parameter words: whole records.
  /// - Complexity: O(*n*) for *n* records.
  package init(_ words: consuming [UInt32]) {
    self.words = words
    var next = 0
    while next < self.words.count {
      starts.append(next)
      next = CandidateRecord(in: self.words.span, at: next).end
    }
  }

  package var count: Int { starts.count }

  /// Some of the records.
  package func subset(_ numbers: [Int]) -> CandidateRecords {
    var words: [UInt32] = []
    for number in numbers { words += self.words[starts[number]..<self[number].end] }
    return CandidateRecords(words)
  }

  /// Adds the counts of some records, or takes them away, by rank.
  ///
  /// - Parameter sign: 1 or −1.
  /// - Complexity: O(*n*) for *n* different features of each.
  package func add(_ numbers: [Int], to counts: inout [Double], sign: Double) {
    for number in numbers { self[number].add(to: &counts, from: words.span, sign: sign) }
  }

  package subscript(number: Int) -> CandidateRecord {
    CandidateRecord(in: words.span, at: starts[number])
  }
}
