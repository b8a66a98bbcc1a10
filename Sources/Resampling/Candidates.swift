/// The documents that may still be drawn: those with the largest keys seen so far.
///
/// A buffer holds the best and some more. When it is full, the copies of equal texts in it are
/// joined, the best are kept by quickselect, and the smallest key among them becomes the threshold below
/// which a document needs no second look. So a key costs O(1) on average, and memory stays bounded by
/// the budget: at most 9/8 of k candidates of 48 bytes and an index of 7 bytes each.
///
/// What is drawn doesn't depend on the order in which candidates come.
package struct Candidates: Sendable {
  package let budget: Budget
  private let joinsCopies: Bool
  private var entries: [Candidate] = []
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
    if case .documents(let count) = budget {
      limit = Self.limit(keeping: count)
    } else {
      limit = Self.limit(keeping: 0)
    }
    entries.reserveCapacity(min(limit, expectedCount))
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
    if joinsCopies { Self.joinCopies(&entries) }
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
    if joinsCopies { Self.joinCopies(&entries) }
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
  /// - Complexity: O(*n*), by an open-addressing index of text hashes.
  private static func joinCopies(_ entries: inout [Candidate]) {
    guard entries.count > 1 else { return }
    let slotCount = UInt64(entries.count + entries.count / 2)
    var slots = [UInt32](repeating: .max, count: Int(slotCount))
    var kept = 0
    next: for index in entries.indices {
      let entry = entries[index]
      // Mixed first: among equal keys the largest hashes are kept, whose high bits are all the same.
      let mixed = entry.textHash &* 0x9E37_79B9_7F4A_7C15
      var slot = Int(mixed.multipliedFullWidth(by: slotCount).high)
      while slots[slot] != .max {
        let other = Int(slots[slot])
        if entries[other].hasSameText(as: entry) {
          entries[other].absorb(entry)
          continue next
        }
        slot = slot + 1 < slots.count ? slot + 1 : 0
      }
      slots[slot] = UInt32(kept)
      entries[kept] = entry
      kept += 1
    }
    entries.removeSubrange(kept...)
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
