/// The candidates of one arm of one group, while that arm draws.
///
/// What is drawn is moved to the front of the list, so that a draw takes no memory of its own.
struct ArmList: Sendable {
  private(set) var entries: [Candidate]
  /// Entries before this were drawn.
  private(set) var drawnCount = 0
  /// Entries from here on weren't looked at yet.
  private(set) var next = 0
  /// What is left of the budget.
  private(set) var left: Int
  /// True once a document came that there was no room for.
  private(set) var isClosed = false
  /// The smallest key that was drawn.
  private var thresholdKey: Double?
  /// True if these are all documents of the group.
  private let isWhole: Bool
  private let budget: Budget

  init(_ taken: consuming (entries: [Candidate], isWhole: Bool), budget: Budget) {
    isWhole = taken.isWhole
    entries = taken.entries
    self.budget = budget
    left = budget.amount
  }

  // MARK: One group

  /// Leaves out what `isTaken` says, before anything is drawn.
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

  /// The next to be drawn, if there is one that could be.
  var head: Candidate? { !isClosed && next < entries.count ? entries[next] : nil }

  /// Draws the next, or closes the list where there is no room for it.
  ///
  /// - Returns: whether it was drawn.
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

  /// Leaves the next out, for good.
  mutating func skipNext() { next += 1 }

  /// Counts a copy of the one that was drawn last.
  mutating func countCopy(_ copy: Candidate) { entries[drawnCount - 1].count(copy) }

  var lastDrawn: Candidate? { drawnCount > 0 ? entries[drawnCount - 1] : nil }

  // MARK: The end

  /// True if documents that were left out of the list should have been drawn.
  var isShort: Bool { !isClosed && !isWhole && left > 0 }

  /// Takes out what wasn't drawn.
  mutating func takeRest() -> [Candidate] {
    let rest = Array(entries[next...])
    entries.removeSubrange(drawnCount...)
    next = drawnCount
    return rest
  }

  /// Takes out what was drawn, in pool order.
  mutating func finish() -> Selection {
    let isExhausted = isWhole && !isClosed && next == entries.count && left > 0
    // Out of `self`, so that nothing is copied.
    var documents: [Candidate] = []
    swap(&documents, &entries)
    documents.removeSubrange(drawnCount...)
    Candidates.sortByPosition(&documents)
    return Selection(
      documents: documents, thresholdKey: thresholdKey, shortfall: left, isExhausted: isExhausted)
  }
}
