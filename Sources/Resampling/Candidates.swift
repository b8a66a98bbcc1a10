/// The documents that may still be drawn: those with the largest keys seen so far.
///
/// A buffer holds the best and some more. When it is full, the copies of equal texts in it are
/// joined, the best are kept by quickselect, and the smallest key among them becomes the threshold below
/// which a document needs no second look. So a key costs O(1) on average, and memory stays bounded by
/// the budget: at most 6/5 of k candidates of 48 bytes, and an index of 19 bytes for each fifth of them.
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
    if entries.count >= limit { entries.removeSubrange(compact()...) }
  }

  /// Takes a candidate in, and returns those that can't be drawn any more for it, itself perhaps among them.
  mutating func exchange(_ candidate: Candidate) -> [Candidate] {
    guard candidate.key >= threshold else { return [candidate] }
    entries.append(candidate)
    guard entries.count >= limit else { return [] }
    let kept = compact()
    let dropped = Array(entries[kept...])
    entries.removeSubrange(kept...)
    return dropped
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
      let taken = min(count, entries.count)
      Self.putBestFirst(taken, of: &entries)
      rest = Array(entries[taken...])
      entries.removeSubrange(taken...)
      left -= taken
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
    count > .max / 2 ? .max : count + max(count / 5, smallestSlack)
  }

  /// Puts what can't be drawn any more behind all else. Returns where it begins.
  private mutating func compact() -> Int {
    if joinsCopies { Self.joinCopies(&entries, behind: distinctCount) }
    let kept: Int
    if case .documents(let count) = budget {
      kept = min(count, entries.count)
      Self.putBestFirst(kept, of: &entries)
    } else {
      kept = sortWithinBudget()
    }
    // Of those that are kept, the last is the smallest.
    if kept < entries.count, kept > 0 { threshold = entries[kept - 1].key }
    limit = Self.limit(keeping: kept)
    distinctCount = kept
    return kept
  }

  /// Sorts. Returns the place of the first candidate that goes over the budget, whichever copies are yet to come.
  private mutating func sortWithinBudget() -> Int {
    entries.sort { $0.precedes($1) }
    var left = budget.amount
    let last = entries.firstIndex {
      left -= budget.smallestCost(of: $0)
      return left < 0
    }
    return last.map { $0 + 1 } ?? entries.count
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

}

// MARK: Selection

extension Candidates {
  /// Below so many entries, pivots aren't worth a sample.
  private static let smallestSampled = 8192
  private static let sampleSize = 1024

  /// Puts the `count` best first, in no particular order but that the last of them is the smallest.
  ///
  /// - Complexity: O(*n*) on average.
  static func putBestFirst(_ count: Int, of entries: inout [Candidate]) {
    guard count > 0, count < entries.count else { return }
    var (low, high) = (0, entries.count - 1)
    if entries.count >= smallestSampled {
      // Two pivots close about the border, by a sample: two passes leave a few per cent for quickselect.
      let pivots = pivots(about: count, of: entries)
      var span = entries.mutableSpan
      for pivot in [pivots.upper, pivots.lower] {
        guard let pivot else { continue }
        let border = partition(&span, low, high, by: pivot)
        if border >= count { high = border - 1 } else { low = border }
      }
    }
    var span = entries.mutableSpan
    quickselect(&span, low, high, place: count - 1)
  }

  /// Candidates that with near certainty are a little better, and a little worse, than the one at the border; nil where the
  /// border is too near to an end.
  private static func pivots(
    about count: Int, of entries: [Candidate]
  ) -> (upper: Candidate?, lower: Candidate?) {
    // Any sample would do; this one is the same each time.
    var state = UInt64(entries.count)
    var sample: [Candidate] = []
    sample.reserveCapacity(sampleSize)
    for _ in 0..<sampleSize {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      sample.append(entries[Int(state.multipliedFullWidth(by: UInt64(entries.count)).high)])
    }
    sample.sort { $0.precedes($1) }
    // The border's place in the sample is binomial: three standard deviations either way.
    let share = Double(count) / Double(entries.count)
    let margin = Int(3 * (Double(sampleSize) * share * (1 - share)).squareRoot()) + 1
    let place = Int(share * Double(sampleSize))
    return (
      place - margin >= 0 ? sample[place - margin] : nil,
      place + margin < sampleSize ? sample[place + margin] : nil
    )
  }

  /// Puts the entries of `low...high` that precede the pivot before the others. Returns where those begin.
  private static func partition(
    _ entries: inout MutableSpan<Candidate>, _ low: Int, _ high: Int, by pivot: Candidate
  ) -> Int {
    var (left, right) = (low, high)
    while true {
      while left <= right, entries[left].precedes(pivot) { left += 1 }
      while left <= right, !entries[right].precedes(pivot) { right -= 1 }
      guard left < right else { return left }
      entries.swapAt(left, right)
      left += 1
      right -= 1
    }
  }

  /// Has what a sort of `low...high` would bring to `place` stand there, with all before it that precede it: with the median
  /// of three as pivot.
  private static func quickselect(
    _ entries: inout MutableSpan<Candidate>, _ first: Int, _ last: Int, place: Int
  ) {
    var (low, high) = (first, last)
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
      if place <= right {
        high = right
      } else if place >= left {
        low = left
      } else {
        return
      }
    }
  }
}

/// Finds entries by their texts: open addressing, with a part of the hash beside each place, so that entries, which lie
/// all over the memory, are looked at only where they are likely the same.
private struct TextIndex {
  /// The fingerprint above 32 bits, the place plus one in them; 0 is empty.
  private var slots: [UInt64]
  /// A bit for each of the first bits of the texts' hashes that are there, 16 to 32 bits an entry: most look-ups for texts
  /// that aren't there end here, without a look into the slots, which lie all over the memory.
  private var filter: [UInt64]
  private let filterShift: UInt64

  /// - Parameter capacity: the most entries that are inserted; half as many as there are slots.
  init(capacity: Int) {
    slots = Array(repeating: 0, count: 2 * capacity)
    let bits = max(6, Int.bitWidth - (16 * capacity - 1).leadingZeroBitCount)
    filter = Array(repeating: 0, count: 1 << (bits - 6))
    filterShift = UInt64(64 - bits)
  }

  /// The place of an entry of the same text.
  func find(_ entry: Candidate, in entries: [Candidate]) -> Int? {
    let bit = Self.mix(entry) >> filterShift
    guard filter[Int(bit >> 6)] >> (bit & 63) & 1 == 1 else { return nil }
    return look(for: entry, in: entries).found
  }

  /// Mixed, since among equal keys the largest hashes are kept, whose high bits are all the same.
  private static func mix(_ entry: Candidate) -> UInt64 {
    entry.textHash &* 0x9E37_79B9_7F4A_7C15
  }

  /// The place of an entry of the same text. If there is none, `place` is from now on.
  mutating func find(_ entry: Candidate, in entries: [Candidate], orInsert place: Int) -> Int? {
    let (found, slot, fingerprint) = look(for: entry, in: entries)
    if found == nil {
      slots[slot] = fingerprint | UInt64(place + 1)
      let bit = Self.mix(entry) >> filterShift
      filter[Int(bit >> 6)] |= 1 << (bit & 63)
    }
    return found
  }

  private func look(
    for entry: Candidate, in entries: [Candidate]
  ) -> (found: Int?, slot: Int, fingerprint: UInt64) {
    let mixed = Self.mix(entry)
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
