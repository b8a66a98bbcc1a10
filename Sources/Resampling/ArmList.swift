/// The candidates of one arm of one group, while that arm draws.
///
/// Drawn candidates move to the front of the list. So a draw needs no memory of its own.
struct ArmList: Sendable {
  private(set) var entries: [Candidate]
  /// The entries before this index were drawn.
  private(set) var drawnCount = 0
  /// The entries from this index on haven't been looked at yet.
  private(set) var next = 0
  /// The rest of the budget.
  private(set) var left: Int
  /// True once the next document didn't fit into the budget.
  private(set) var isClosed = false
  /// The smallest key drawn.
  private var thresholdKey: Double?
  /// The largest key that wasn't drawn; nil if all were drawn.
  private var nextKey: Double?
  /// Whether these are all documents of the group.
  private let isWhole: Bool
  private let budget: Budget

  init(_ taken: consuming (entries: [Candidate], isWhole: Bool), budget: Budget) {
    isWhole = taken.isWhole
    entries = taken.entries
    self.budget = budget
    left = budget.amount
  }

  // MARK: One group

  /// Removes the candidates for which `isTaken` is true, before anything is drawn.
  mutating func removeAll(where isTaken: (Candidate) -> Bool) { entries.removeAll(where: isTaken) }

  /// Draws the largest keys, as many as the budget allows.
  ///
  /// - Complexity: O(*n*) on average for a number of documents, otherwise O(*n* log *n*).
  mutating func drawAlone() {
    if case .documents(let count) = budget {
      drawnCount = min(count, entries.count)
      Candidates.putBestFirst(drawnCount, of: &entries)
      left -= drawnCount
      thresholdKey = entries[..<drawnCount].lazy.map(\.key).min()
    } else {
      sort()
      while drawNext() {}
    }
    next = drawnCount
  }

  // MARK: Several groups

  mutating func sort() { entries.sort { $0.precedes($1) } }

  /// The next candidate, unless the list is closed or used up.
  var head: Candidate? { !isClosed && next < entries.count ? entries[next] : nil }

  /// Draws the next candidate, or closes the list if the budget has no room for it.
  ///
  /// - Returns: whether a candidate was drawn.
  mutating func drawNext() -> Bool {
    guard let head else { return false }
    let cost = budget.cost(of: head)
    guard cost <= left else {
      isClosed = true
      return false
    }
    left -= cost
    thresholdKey = head.key
    entries[drawnCount] = head
    drawnCount += 1
    next += 1
    return true
  }

  /// Skips the next candidate for good.
  mutating func skipNext() { next += 1 }

  /// Counts a copy of the candidate that was drawn last.
  mutating func countCopy(_ copy: Candidate) { entries[drawnCount - 1].count(copy) }

  var lastDrawn: Candidate? { drawnCount > 0 ? entries[drawnCount - 1] : nil }

  // MARK: The end

  /// Whether documents that are missing from the list should have been drawn.
  var isShort: Bool { !isClosed && !isWhole && left > 0 }

  /// Takes out the candidates that weren't drawn.
  mutating func takeRest() -> [Candidate] {
    let rest = Array(entries[next...])
    nextKey = rest.lazy.map(\.key).max()
    entries.removeSubrange(drawnCount...)
    next = drawnCount
    return rest
  }

  /// Takes out the candidates that were drawn, in pool order.
  mutating func finish() -> Selection {
    let isExhausted = isWhole && !isClosed && next == entries.count && left > 0
    // Moved out of `self`, so that nothing is copied.
    var documents: [Candidate] = []
    swap(&documents, &entries)
    documents.removeSubrange(drawnCount...)
    Candidates.sortByPosition(&documents)
    return Selection(
      documents: documents, thresholdKey: thresholdKey, shortfall: left, isExhausted: isExhausted,
      nextKey: nextKey)
  }
}
