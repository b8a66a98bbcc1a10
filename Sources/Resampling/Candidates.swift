internal import Files

/// The documents that may still be drawn: those with the largest keys so far.
///
/// A buffer holds the best candidates and some more. When it is full, copies of equal texts are
/// joined, quickselect keeps the best, and the smallest key among these becomes the threshold: a
/// document with a smaller key needs no second look. So a key costs O(1) on average, and the budget
/// bounds the memory: at most 6/5 of k candidates of 48 bytes, and an index of up to 20 bytes for
/// each candidate above k. No memory is reserved for a budget that the pool can't fill.
///
/// The draw doesn't depend on the order in which candidates come.
package struct Candidates: Sendable {
  /// Enough candidates are kept for a draw of this size.
  package let budget: Budget
  private let joinsCopies: Bool
  private var entries: [Candidate] = []
  /// The number of entries at the front that have different texts.
  ///
  /// The entries after them may be copies.
  private var distinctCount = 0
  /// Indexes the new entries whenever copies are joined.
  private var index = TextIndex()
  /// The buffer is compacted when it holds this many entries.
  private var limit: Int
  private static let smallestSlack = 1024
  /// The number of documents that may come.
  ///
  /// No buffer gets larger than that.
  private let expectedCount: Int
  /// Copies with other keys that were left out, kept for the second part of a draw; nil if it has
  /// no use for them.
  private var losers: [Candidate]?

  /// Candidates with smaller keys can't be drawn.
  package private(set) var threshold = -Double.infinity

  /// - Parameters:
  ///   - joinsCopies: whether documents of equal text are drawn once: the one with the largest key,
  ///     and of equal keys the first in pool order.
  ///   - expectedCount: the number of documents that may come. Memory is reserved for no more than
  ///     that.
  ///   - keepsLosers: whether a second part may draw copies that this one leaves out.
  package init(
    budget: Budget, joinsCopies: Bool, expectedCount: Int, keepsLosers: Bool = false
  ) {
    self.budget = budget
    self.joinsCopies = joinsCopies
    self.expectedCount = expectedCount
    losers = keepsLosers ? [] : nil
    // Copies are joined early and often, so the index of new entries is never large.
    limit = Self.limit(keeping: 0)
  }

  /// Makes room for eight times as many entries, but for no more than can come.
  ///
  /// Untouched memory costs nothing, and the entries copied are a small part of the new size.
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

  /// Takes a candidate.
  ///
  /// - Complexity: O(1) on average over a run.
  package mutating func add(_ candidate: Candidate) {
    guard candidate.key >= threshold else { return }
    append(candidate)
    if entries.count >= limit { entries.removeSubrange(compact()...) }
  }

  /// Takes a candidate, and returns those that can no longer be drawn, perhaps including itself.
  mutating func exchange(_ candidate: Candidate) -> [Candidate] {
    guard candidate.key >= threshold else { return [candidate] }
    append(candidate)
    guard entries.count >= limit else { return [] }
    let kept = compact()
    let dropped = Array(entries[kept...])
    entries.removeSubrange(kept...)
    return dropped + takeLosers()
  }

  /// Takes out the copies that were left out, and that the second part may draw.
  mutating func takeLosers() -> [Candidate] {
    guard let taken = losers, !taken.isEmpty else { return [] }
    losers = []
    return taken
  }

  /// Removes the candidates for which `isLeftOut` is true.
  mutating func removeAll(where isLeftOut: (Candidate) -> Bool) {
    if joinsCopies { joinCopies() }
    entries.removeAll(where: isLeftOut)
    losers?.removeAll(where: isLeftOut)
    distinctCount = joinsCopies ? entries.count : 0
  }

  /// The number of candidates held, including copies.
  var heldCount: Int { entries.count }

  /// Calls `body` with each candidate held, including copies.
  func forEachHeld(_ body: (Candidate) -> Void) {
    for candidate in entries { body(candidate) }
    for candidate in losers ?? [] { body(candidate) }
  }

  /// Takes out all candidates, in no particular order.
  ///
  /// If copies are joined, each text comes once.
  ///
  /// Some may lie beyond the budget, and others that precede those may have been left out before.
  ///
  /// - Returns: `isWhole` is true if nothing was ever left out for its key. Then these are all
  ///   candidates that came.
  mutating func take() -> (entries: [Candidate], isWhole: Bool) {
    if joinsCopies { joinCopies() }
    return (takeEntries(), isWhole)
  }

  /// Takes out the candidates that the budget allows and one more, and separately the others, for a
  /// second part.
  ///
  /// No other candidate that came precedes any of the first ones.
  mutating func takeBest() -> (entries: [Candidate], rest: [Candidate], isWhole: Bool) {
    if joinsCopies { joinCopies() }
    guard !isWhole else { return (takeEntries(), [], true) }
    let kept = compact()
    let rest = Array(entries[kept...])
    entries.removeSubrange(kept...)
    return (takeEntries(), rest, false)
  }

  /// Takes out the candidates that a draw of the budget's size may need, whatever others come, and
  /// separately those that it can't.
  ///
  /// These depend on the candidates that came, and on nothing else.
  mutating func takeKept() -> (entries: [Candidate], rest: [Candidate]) {
    let kept = compact()
    let rest = Array(entries[kept...])
    entries.removeSubrange(kept...)
    return (takeEntries(), rest)
  }

  private var isWhole: Bool { threshold == -.infinity }

  private mutating func takeEntries() -> [Candidate] {
    var taken: [Candidate] = []
    swap(&taken, &entries)
    distinctCount = 0
    return taken
  }

  /// Draws the largest keys that the budget allows.
  package consuming func draw() -> Selection {
    var list = ArmList(take(), budget: budget)
    list.drawAlone()
    return list.finish()
  }

  private static func limit(keeping count: Int) -> Int {
    // A budget may be any number, so this saturates instead of overflowing.
    count > .max / 2 ? .max : count + max(count / 5, smallestSlack)
  }

  /// Moves the candidates that can no longer be drawn to the end.
  ///
  /// - Returns: the index of the first of them.
  private mutating func compact() -> Int {
    if joinsCopies { joinCopies() }
    let kept: Int
    if case .documents(let count) = budget {
      kept = min(count, entries.count)
      Self.putBestFirst(kept, of: &entries)
    } else {
      kept = sortWithinBudget()
    }
    // The last of the kept entries is the smallest.
    if kept < entries.count, kept > 0 { threshold = entries[kept - 1].key }
    limit = Self.limit(keeping: kept)
    distinctCount = kept
    return kept
  }

  /// Sorts the entries.
  ///
  /// - Returns: the number of candidates that a draw may need, whichever copies are yet to come.
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
    // Moved out of `self` while they change: the compiler can't tell its members apart.
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
    // From the last on, so that an entry that fills a gap never has to move itself.
    for place in joined.sorted(by: >) {
      kept -= 1
      span.swapAt(place, kept)
    }
    taken.removeSubrange(kept...)
  }
}
