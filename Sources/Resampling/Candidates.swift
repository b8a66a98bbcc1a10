internal import Files

/// The documents that may still be drawn: those with the largest keys seen so far.
///
/// A buffer holds the best and some more. When it is full, the copies of equal texts in it are
/// joined, the best are kept by quickselect, and the smallest key among them becomes the threshold below
/// which a document needs no second look. So a key costs O(1) on average, and memory stays bounded by
/// the budget: at most 6/5 of k candidates of 48 bytes, and an index of up to 20 bytes for each one above k.
///
/// What is drawn doesn't depend on the order in which candidates come.
package struct Candidates: Sendable {
  package let budget: Budget
  private let joinsCopies: Bool
  private var entries: [Candidate] = []
  /// The first of them that have texts of their own: those behind may be copies.
  private var distinctCount = 0
  /// Of the new entries, whenever copies are joined.
  private var index = TextIndex()
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
      entries.reserveLargeCapacity(min(Self.limit(keeping: count), expectedCount))
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
    if joinsCopies { joinCopies() }
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
    Self.sortByPosition(&entries)
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
    if joinsCopies { joinCopies() }
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
  /// - Complexity: O(*n*), by an index of the new entries.
  private mutating func joinCopies() {
    let (distinctCount, count) = (distinctCount, entries.count)
    guard count > max(1, distinctCount) else { return }
    index.begin(capacity: count - distinctCount)
    // Out of `self` while they change: the compiler can't tell its members apart.
    var taken: [Candidate] = []
    swap(&taken, &entries)
    defer { swap(&taken, &entries) }
    var span = taken.mutableSpan
    var kept = distinctCount
    for place in distinctCount..<count {
      if (place - distinctCount) % TextIndex.batchSize == 0 {
        let batch = place..<min(place + TextIndex.batchSize, count)
        index.warm(for: span.span.extracting(batch))
      }
      let entry = span[place]
      if let other = index.find(entry, in: span.span, orInsert: kept) {
        span[other].absorb(entry)
      } else {
        span[kept] = entry
        kept += 1
      }
    }
    var joined: [Int] = []
    for place in 0..<distinctCount {
      guard let other = index.find(span[place], in: span.span) else { continue }
      span[place].absorb(span[other])
      joined.append(other)
    }
    // From the last on, so that what takes a place hasn't to go itself.
    for place in joined.sorted(by: >) {
      kept -= 1
      span.swapAt(place, kept)
    }
    taken.removeSubrange(kept...)
  }
}
