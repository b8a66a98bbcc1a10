internal import Files

/// The documents that may still be drawn: those with the largest keys seen so far.
///
/// A buffer holds the best and some more. When it is full, the copies of equal texts in it are
/// joined, the best are kept by quickselect, and the smallest key among them becomes the threshold below
/// which a document needs no second look. So a key costs O(1) on average, and memory stays bounded by
/// the budget: at most 6/5 of k candidates of 48 bytes, and an index of up to 20 bytes for each one above k. Nothing is reserved
/// for a budget that the pool can't fill.
///
/// What is drawn doesn't depend on the order in which candidates come.
package struct Candidates: Sendable {
  /// What is kept: enough for a draw of this size.
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
  /// No buffer is made larger than for as many documents as may come.
  private let expectedCount: Int
  /// Copies with other keys that were left out, for the second part of a draw; nil where that has no use for them.
  private var losers: [Candidate]?

  /// Only candidates whose key is at least this can be drawn.
  package private(set) var threshold = -Double.infinity

  /// - Parameters:
  ///   - joinsCopies: draw documents of equal text once: the one with the largest key, of equal ones the first in pool order.
  ///   - expectedCount: the number of documents that may come, to make room for no more than that.
  ///   - keepsLosers: whether a second part may draw copies that this one leaves out.
  package init(
    budget: Budget, joinsCopies: Bool, expectedCount: Int, keepsLosers: Bool = false
  ) {
    self.budget = budget
    self.joinsCopies = joinsCopies
    self.expectedCount = expectedCount
    losers = keepsLosers ? [] : nil
    // Copies are joined early and often: so the index of those that are new since is never large.
    limit = Self.limit(keeping: 0)
  }

  /// Makes room for more: eight times as much as there is, but no more than there can be. Memory that isn't written to takes no
  /// room; what is copied is a small part of it.
  private mutating func grow() {
    var most = expectedCount
    if case .documents(let count) = budget { most = min(most, Self.limit(keeping: count)) }
    let capacity = max(Self.smallestSlack, min(8 * entries.count, most), entries.count + 1)
    var larger: [Candidate] = []
    larger.reserveLargeCapacity(capacity)
    larger.append(contentsOf: entries)
    swap(&larger, &entries)
  }

  private mutating func append(_ candidate: Candidate) {
    if entries.count == entries.capacity { grow() }
    entries.append(candidate)
  }

  /// Takes a candidate in.
  ///
  /// - Complexity: O(1) on average over a run.
  package mutating func add(_ candidate: Candidate) {
    guard candidate.key >= threshold else { return }
    append(candidate)
    if entries.count >= limit { entries.removeSubrange(compact()...) }
  }

  /// Takes a candidate in, and returns those that can't be drawn any more for it, itself perhaps among them.
  mutating func exchange(_ candidate: Candidate) -> [Candidate] {
    guard candidate.key >= threshold else { return [candidate] }
    append(candidate)
    guard entries.count >= limit else { return [] }
    let kept = compact()
    let dropped = Array(entries[kept...])
    entries.removeSubrange(kept...)
    return dropped + takeLosers()
  }

  /// Takes out what copies were left out for the sake of others, and may be drawn by the second part.
  mutating func takeLosers() -> [Candidate] {
    guard let taken = losers, !taken.isEmpty else { return [] }
    losers = []
    return taken
  }

  /// The number of candidates that are held, copies among them.
  var heldCount: Int { entries.count }

  /// Calls `body` with each candidate that is held, copies among them.
  func forEachHeld(_ body: (Candidate) -> Void) {
    for candidate in entries { body(candidate) }
    for candidate in losers ?? [] { body(candidate) }
  }

  /// Takes out all that is kept, each text once where copies are joined; in no particular order.
  ///
  /// Candidates beyond the budget may be among them, and others that precede those may have been left out before.
  ///
  /// - Returns: `isWhole` is true if nothing was ever left out for its key: so this is all that came.
  mutating func take() -> (entries: [Candidate], isWhole: Bool) {
    if joinsCopies { joinCopies() }
    return (takeEntries(), isWhole)
  }

  /// Takes out what the budget allows, and one that it doesn't; and apart from these the others, for a second part.
  ///
  /// No other candidate that came precedes any of the first.
  mutating func takeBest() -> (entries: [Candidate], rest: [Candidate], isWhole: Bool) {
    if joinsCopies { joinCopies() }
    guard !isWhole else { return (takeEntries(), [], true) }
    let kept = compact()
    let rest = Array(entries[kept...])
    entries.removeSubrange(kept...)
    return (takeEntries(), rest, false)
  }

  private var isWhole: Bool { threshold == -.infinity }

  private mutating func takeEntries() -> [Candidate] {
    var taken: [Candidate] = []
    swap(&taken, &entries)
    distinctCount = 0
    return taken
  }

  /// Draws: the largest keys, as many as the budget allows.
  package consuming func draw() -> Selection {
    var list = ArmList(take(), budget: budget)
    list.drawAlone()
    return list.finish()
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
        if let loser = span[other].absorb(entry) { losers?.append(loser) }
      } else {
        span[kept] = entry
        kept += 1
      }
    }
    var joined: [Int] = []
    for place in 0..<distinctCount {
      guard let other = index.find(span[place], in: span.span) else { continue }
      if let loser = span[place].absorb(span[other]) { losers?.append(loser) }
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
