/// What determines a candidate's value, besides its features and the set.
package struct CandidateTerms: Sendable {
  /// The factor of its gain.
  package var factor: Double
  /// Added to its value: the price of its length, and its bonus.
  package var offset: Double
  /// The part of its quota that it uses.
  package var cost: Int
  /// The number of its quota.
  package var part: Int
  package var textHash: UInt64

  package init(factor: Double, offset: Double, cost: Int, part: Int = 0, textHash: UInt64) {
    self.factor = factor
    self.offset = offset
    self.cost = cost
    self.part = part
    self.textHash = textHash
  }
}

/// Chooses the candidate with the largest value, adds it to the set, and so on, until all quotas
/// are used.
///
/// Candidates may be divided into parts, with a quota for each. All parts choose for one set.
///
/// A value is `factor` × gain + `offset`. Gains only fall while the set grows. So a value that was
/// found for a smaller set is an upper bound, and most values needn't be found again before the
/// next choice (Minoux 1978). Of equal values, the larger text hash comes first.
package struct LazyGreedy {
  private struct Entry {
    var value: Double
    var record: UInt32
    /// The number of documents chosen when the value was found.
    var chosenCount: UInt32
  }

  /// The children of an entry: they lie side by side in memory.
  private static let childCount = 4
  /// When this many candidates in a row are too large for the rest of a quota, it counts as used.
  package static let mostMisses = 16

  private let records: CandidateRecords
  private let terms: [CandidateTerms]
  private var heap: [Entry] = []
  /// How often a value was found.
  package private(set) var evaluationCount = 0

  /// - Parameters:
  ///   - terms: one per record.
  package init(_ records: CandidateRecords, _ terms: [CandidateTerms]) {
    precondition(records.count == terms.count)
    self.records = records
    self.terms = terms
  }

  /// - Parameters:
  ///   - quotas: one per part, in the unit of the costs.
  ///   - table: the set so far, to which the chosen documents are added.
  /// - Returns: the numbers of the chosen records, in the order of choice.
  /// - Complexity: O(*n* *m*) for *n* records of *m* features, with a factor for the values that
  ///   are found again: 3 to 20.
  package mutating func choose(quotas: [Int], adding table: inout GainTable) -> [Int] {
    begin(&table, quotas)
    var left = quotas
    var misses = [Int](repeating: 0, count: quotas.count)
    var openCount = quotas.count { $0 > 0 }
    var chosen: [Int] = []
    while openCount > 0, let top = heap.first {
      let record = Int(top.record)
      let (part, cost) = (terms[record].part, terms[record].cost)
      guard left[part] > 0 else {
        removeTop()
        continue
      }
      guard top.chosenCount == UInt32(chosen.count) else {
        heap[0].value = value(of: record, &table)
        heap[0].chosenCount = UInt32(chosen.count)
        sift(0)
        continue
      }
      removeTop()
      if cost > left[part] {
        misses[part] += 1
        if misses[part] == Self.mostMisses { left[part] = 0 }
      } else {
        misses[part] = 0
        left[part] -= cost
        table.add(records[record], in: records.words.span)
        chosen.append(record)
      }
      if left[part] == 0 { openCount -= 1 }
    }
    return chosen
  }

  private mutating func begin(_ table: inout GainTable, _ quotas: [Int]) {
    heap.removeAll(keepingCapacity: true)
    heap.reserveCapacity(records.count)
    for record in 0..<records.count where quotas[terms[record].part] > 0 {
      heap.append(
        Entry(
          value: value(of: record, &table), record: UInt32(record), chosenCount: 0))
    }
    let parentCount = (heap.count + Self.childCount - 2) / Self.childCount
    for index in (0..<parentCount).reversed() { sift(index) }
  }

  private mutating func value(of record: Int, _ table: inout GainTable) -> Double {
    evaluationCount += 1
    let terms = terms[record]
    return terms.factor * table.gain(of: records[record], in: records.words.span) + terms.offset
  }

  private mutating func removeTop() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    sift(0)
  }

  private mutating func sift(_ start: Int) {
    // A copy of the reference: the compiler can't tell the members of `self` apart.
    let terms = terms
    var heap = heap.mutableSpan
    func precedes(_ entry: Entry, _ other: Entry) -> Bool {
      guard entry.value == other.value else { return entry.value > other.value }
      return terms[Int(entry.record)].textHash > terms[Int(other.record)].textHash
    }
    let entry = heap[start]
    var place = start
    while true {
      let first = Self.childCount * place + 1
      guard first < heap.count else { break }
      let end = min(first + Self.childCount, heap.count)
      var child = first
      var isFound = false
      if first + 4 == end {
        // Four children without branches that can't be predicted. Equal values are rare.
        let (one, two) = (heap[first].value, heap[first + 1].value)
        let (three, four) = (heap[first + 2].value, heap[first + 3].value)
        let (left, right) = (max(one, two), max(three, four))
        let ofLeft = one > two ? first : first + 1
        let ofRight = three > four ? first + 2 : first + 3
        child = left > right ? ofLeft : ofRight
        isFound = one != two && three != four && left != right
      }
      if !isFound {
        child = first
        for other in (first + 1)..<end where precedes(heap[other], heap[child]) { child = other }
      }
      guard precedes(heap[child], entry) else { break }
      heap[place] = heap[child]
      place = child
    }
    heap[place] = entry
  }
}
