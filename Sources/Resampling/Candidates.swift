/// The documents that may still be drawn: those with the largest keys seen so far.
///
/// A buffer holds the best and some more. When it is full, the copies of equal texts in it are
/// joined, the best are kept by quickselect, and the smallest key among them becomes the threshold below
/// which a document needs no second look. So a key costs O(1) on average, and memory stays bounded by
/// the budget: at most 9/8 of k candidates of 48 bytes, and an index of 2 bytes each.
///
/// What is drawn doesn't depend on the order in which candidates come.
package struct Candidates: Sendable {
  package let budget: Budget
  private let joinsCopies: Bool
  private var entries: [Candidate] = []
  /// The first of them that have texts of their own: those behind may be copies.
  private var distinctCount = 0
  /// The buffer is compacted when it holds as many.
  private var limit: Int
  private static let smallestSlack = 4096

  /// Only candidates whose key is at least this can be drawn.
  package private(set) var threshold = -Double.infinity

  /// - Parameters:
  ///   - joinsCopies: draw documents of equal text once, the first in pool order.
  ///   - expectedCount: the number of documents that may come, to reserve no more memory than that.
  package init(budget: Budget, joinsCopies: Bool, expectedCount: Int) {
    self.budget = budget
    self.joinsCopies = joinsCopies
    // Copies are joined early and often: so the index of those that are new since is never large.
    limit = Self.limit(keeping: 0)
    if case .documents(let count) = budget {
      entries.reserveCapacity(min(Self.limit(keeping: count), expectedCount))
    } else {
      entries.reserveCapacity(min(limit, expectedCount))
    }
  }

  /// Takes a candidate in.
  ///
  /// - Complexity: O(1) on average over a run.
  package mutating func add(_ candidate: Candidate) {
    guard candidate.key >= threshold else { return }
    entries.append(candidate)
    if entries.count >= limit { _ = compact() }
  }

  /// Takes a candidate in, and returns those that can't be drawn any more for it, itself perhaps among them.
  mutating func exchange(_ candidate: Candidate) -> [Candidate] {
    guard candidate.key >= threshold else { return [candidate] }
    entries.append(candidate)
    return entries.count >= limit ? compact() : []
  }

  /// Draws: the largest keys, as many as the budget allows.
  package consuming func draw() -> Selection {
    drawAndLeave().selection
  }

  /// Draws, and returns those that were not drawn.
  consuming func drawAndLeave() -> (selection: Selection, rest: [Candidate]) {
    if joinsCopies { Self.joinCopies(&entries, behind: distinctCount) }
    let eligible = entries.count
    var rest: [Candidate] = []
    var left = budget.amount
    if case .documents(let count) = budget {
      rest = Self.keepBest(count, of: &entries)
      left -= entries.count
    } else {
      entries.sort { $0.precedes($1) }
      var taken = 0
      while taken < entries.count, budget.cost(of: entries[taken]) <= left {
        left -= budget.cost(of: entries[taken])
        taken += 1
      }
      rest = Array(entries[taken...])
      entries.removeSubrange(taken...)
    }
    // Nothing was ever left out for its key, so what is here is all there is.
    let isExhausted = threshold == -.infinity && entries.count == eligible && left > 0
    let thresholdKey = entries.lazy.map(\.key).min()
    entries.sort { $0.position < $1.position }
    let selection = Selection(
      documents: entries, thresholdKey: thresholdKey, shortfall: left, isExhausted: isExhausted)
    return (selection, rest)
  }

  private static func limit(keeping count: Int) -> Int {
    // A budget may be any number: saturate rather than overflow.
    count > .max / 2 ? .max : count + max(count / 8, smallestSlack)
  }

  /// Drops what can't be drawn any more, and returns it.
  private mutating func compact() -> [Candidate] {
    if joinsCopies { Self.joinCopies(&entries, behind: distinctCount) }
    let dropped: [Candidate] =
      if case .documents(let count) = budget {
        Self.keepBest(count, of: &entries)
      } else {
        keepBestWithinBudget()
      }
    if !dropped.isEmpty, let smallest = entries.lazy.map(\.key).min() {
      threshold = smallest
    }
    limit = Self.limit(keeping: entries.count)
    distinctCount = entries.count
    return dropped
  }

  /// Keeps the largest keys up to the first that goes over the budget, whichever copies are yet to come.
  private mutating func keepBestWithinBudget() -> [Candidate] {
    entries.sort { $0.precedes($1) }
    var left = budget.amount
    if let last = entries.firstIndex(where: {
      left -= budget.smallestCost(of: $0)
      return left < 0
    }) {
      let dropped = Array(entries[(last + 1)...])
      entries.removeSubrange((last + 1)...)
      return dropped
    }
    return []
  }

  /// Joins candidates of equal text.
  ///
  /// - Parameter distinctCount: how many entries, from the first on, are known to have texts of their own.
  /// - Complexity: O(*n*), by an index of the new entries.
  private static func joinCopies(_ entries: inout [Candidate], behind distinctCount: Int) {
    guard entries.count > max(1, distinctCount) else { return }
    var index = TextIndex(capacity: entries.count - distinctCount)
    var kept = distinctCount
    for place in distinctCount..<entries.count {
      let entry = entries[place]
      if let other = index.find(entry, in: entries, orInsert: kept) {
        entries[other].absorb(entry)
      } else {
        entries[kept] = entry
        kept += 1
      }
    }
    entries.removeSubrange(kept...)

    var joined: [Int] = []
    for place in 0..<distinctCount {
      guard let other = index.find(entries[place], in: entries) else { continue }
      entries[place].absorb(entries[other])
      joined.append(other)
    }
    // From the last on, so that what takes a place hasn't to go itself.
    for place in joined.sorted(by: >) {
      entries.swapAt(place, entries.count - 1)
      entries.removeLast()
    }
  }

  /// Keeps the `count` best, in no particular order, and returns the others.
  ///
  /// - Complexity: O(*n*) on average: quickselect with the median of three as pivot.
  static func keepBest(_ count: Int, of entries: inout [Candidate]) -> [Candidate] {
    guard count < entries.count else { return [] }
    var low = 0
    var high = entries.count - 1
    while low < high {
      let middle = low + (high - low) / 2
      // Median of three to the middle.
      if entries[middle].precedes(entries[low]) { entries.swapAt(middle, low) }
      if entries[high].precedes(entries[low]) { entries.swapAt(high, low) }
      if entries[high].precedes(entries[middle]) { entries.swapAt(high, middle) }
      let pivot = entries[middle]
      var left = low
      var right = high
      while left <= right {
        while entries[left].precedes(pivot) { left += 1 }
        while pivot.precedes(entries[right]) { right -= 1 }
        if left <= right {
          entries.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      // All before `left` precede or equal the pivot; all behind `right` follow or equal it.
      if count - 1 <= right {
        high = right
      } else if count - 1 >= left {
        low = left
      } else {
        break
      }
    }
    let others = Array(entries[count...])
    entries.removeSubrange(count...)
    return others
  }
}

/// Finds entries by their texts: open addressing, with a part of the hash beside each place, so that entries, which lie
/// all over the memory, are looked at only where they are likely the same.
private struct TextIndex {
  /// The fingerprint above 32 bits, the place plus one in them; 0 is empty.
  private var slots: [UInt64]

  /// - Parameter capacity: the most entries that are inserted; half as many as there are slots.
  init(capacity: Int) { slots = Array(repeating: 0, count: 2 * capacity) }

  /// The place of an entry of the same text.
  func find(_ entry: Candidate, in entries: [Candidate]) -> Int? {
    look(for: entry, in: entries).found
  }

  /// The place of an entry of the same text. If there is none, `place` is from now on.
  mutating func find(_ entry: Candidate, in entries: [Candidate], orInsert place: Int) -> Int? {
    let (found, slot, fingerprint) = look(for: entry, in: entries)
    if found == nil { slots[slot] = fingerprint | UInt64(place + 1) }
    return found
  }

  private func look(
    for entry: Candidate, in entries: [Candidate]
  ) -> (found: Int?, slot: Int, fingerprint: UInt64) {
    // Mixed, since among equal keys the largest hashes are kept, whose high bits are all the same.
    let mixed = entry.textHash &* 0x9E37_79B9_7F4A_7C15
    let fingerprint = mixed &<< 32
    var slot = Int(mixed.multipliedFullWidth(by: UInt64(slots.count)).high)
    while slots[slot] != 0 {
      let (content, place) = (slots[slot], Int(slots[slot] & 0xFFFF_FFFF) - 1)
      if content & ~0xFFFF_FFFF == fingerprint, entries[place].hasSameText(as: entry) {
        return (place, slot, fingerprint)
      }
      slot = slot + 1 < slots.count ? slot + 1 : 0
    }
    return (nil, slot, fingerprint)
  }
}
