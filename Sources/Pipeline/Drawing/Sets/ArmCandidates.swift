internal import Choosing
internal import Resampling

/// The candidates of an arm in one group, while sets are chosen.
struct ArmCandidates {
  var entries: [Candidate]
  /// Whether these are all documents that the arm may draw.
  let isWhole: Bool
  /// The budget of the selection.
  let wanted: Budget
  /// The budget of the candidates.
  let candidates: Budget
  /// The number of the entries that this arm may still choose.
  private var wholeCount: Int

  init(
    _ list: consuming (entries: [Candidate], isWhole: Bool), wanted: Budget, candidates: Budget
  ) {
    entries = list.entries
    isWhole = list.isWhole
    self.wanted = wanted
    self.candidates = candidates
    wholeCount = entries.count
  }

  /// Leaves out texts that were chosen before.
  static func leaveOut(_ taken: Set<Candidate.TextKey>, of draws: inout [ArmCandidates]) {
    guard !taken.isEmpty else { return }
    for draw in draws.indices {
      draws[draw].entries.removeAll { taken.contains($0.textKey) }
      draws[draw].wholeCount = draws[draw].entries.count
    }
  }

  /// Leaves what a draw by weight takes, each text once in all groups.
  ///
  /// - Parameter budget: that of the candidates, or of the selection.
  /// - Returns: the groups in which documents are missing that should be drawn.
  static func drawTogether(
    _ draws: inout [ArmCandidates], by budget: KeyPath<ArmCandidates, Budget>
  ) -> [Int] {
    let budgets = draws.map { $0[keyPath: budget] }
    let lists = draws.indices.map { draw in
      // Moved out, so that nothing is copied.
      var entries: [Candidate] = []
      swap(&entries, &draws[draw].entries)
      return (entries: entries, isWhole: draws[draw].isWhole)
    }
    let (drawn, shortGroups) = JointDraw.draw(lists, budgets: budgets)
    for (draw, entries) in drawn.enumerated() { draws[draw].entries = entries }
    return shortGroups
  }

  /// The cost of all entries.
  var cost: Int { entries.reduce(0) { $0 + wanted.cost(of: $1) } }

  /// Whether the selection has room for all entries.
  var fits: Bool { cost <= wanted.amount }

  /// Whether documents are missing from the entries that should be chosen.
  ///
  /// - Parameter ofCandidates: whether all that should be candidates must be there.
  func isShort(ofCandidates: Bool) -> Bool {
    !isWhole && cost < max(wanted.amount, ofCandidates ? candidates.amount : 0)
  }

  mutating func keepCandidates() { keep(candidates) }

  /// Keeps the documents that a draw by weight selects.
  mutating func keepFirst() { keep(wanted) }

  private mutating func keep(_ budget: Budget) {
    let count = Candidates.putFirst(budget, of: &entries)
    entries.removeSubrange(count...)
  }

  /// The entries as a selection, which they must fit.
  consuming func selection() -> Selection {
    let shortfall = wanted.amount - cost
    // A number of documents that isn't reached has cut nothing off. Entries may still be missing:
    // texts that another group has, too.
    let isUncut = wanted.unit == "documents" || entries.count == wholeCount
    var entries = entries
    Candidates.sortByPosition(&entries)
    return Selection(
      documents: entries, thresholdKey: entries.lazy.map(\.key).min(), shortfall: shortfall,
      isExhausted: isWhole && isUncut && shortfall > 0)
  }
}

extension SetCandidates {
  private struct NumberedPart {
    var position: Position
    var part: Int
  }

  /// Takes the candidates out of the draws, which are the parts.
  init(taking draws: inout [ArmCandidates]) {
    var parts: [Part] = []
    var all: [Candidate] = []
    var numbered: [NumberedPart] = []
    for draw in draws.indices {
      var entries: [Candidate] = []
      swap(&entries, &draws[draw].entries)
      let budget = draws[draw].wanted
      parts.append(Part(budget, &entries))
      if draws.count > 1 {
        numbered += entries.map { NumberedPart(position: $0.position, part: draw) }
      }
      if all.isEmpty { swap(&all, &entries) } else { all += entries }
    }
    Candidates.sortByPosition(&all)
    numbered.sort { $0.position < $1.position }
    self.all = all
    self.parts = parts
    partNumbers = numbered.map { UInt32($0.part) }
  }
}

extension SetCandidates.Part {
  /// - Parameter entries: the candidates, whose order changes.
  fileprivate init(_ budget: Budget, _ entries: inout [Candidate]) {
    self.budget = budget
    // The sizes are those of the documents which a draw by weight selects: at least one, unless
    // none is wanted.
    let fitting = Candidates.putFirst(budget, of: &entries)
    let count = budget.amount > 0 ? max(fitting, min(1, entries.count)) : 0
    let first = entries[..<count]
    keys = CandidateScale(entries.map(\.key), top: first.map(\.key))
    documentCount = count
    tokenCount = first.reduce(0) { $0 + $1.tokenCount }
    cost = first.reduce(0) { $0 + budget.cost(of: $1) }
    candidateCost = entries.reduce(0) { $0 + budget.cost(of: $1) }
  }
}
