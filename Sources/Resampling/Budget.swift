/// How much is to be drawn.
package enum Budget: Equatable, Sendable {
  case documents(Int)
  /// The largest keys whose tokens add up to no more than this.
  case tokens(Int)
  /// The largest keys whose lines, with their line ends, add up to no more bytes than this.
  case bytes(Int)

  /// Shares the budget out in proportion, exactly: each share rounded down, and what that leaves to those with the largest
  /// remainders, of equal ones to the first (Hamilton's method).
  ///
  /// - Parameter proportions: not negative and finite, and not all zero; they are taken relative to their sum.
  package func shared(by proportions: [Double]) -> [Budget] {
    let sum = proportions.reduce(0, +)
    precondition(sum > 0 && sum.isFinite && proportions.allSatisfy { $0 >= 0 })
    let exact = proportions.map { Double(amount) * ($0 / sum) }
    // An amount beyond 2⁵³ may round up: no more is given away than there is.
    var left = amount
    var amounts = exact.map { share in
      let whole = min(left, Int(exactly: share.rounded(.down)) ?? left)
      left -= whole
      return whole
    }
    let byRemainder = exact.indices.sorted {
      let (one, other) = (
        exact[$0] - exact[$0].rounded(.down), exact[$1] - exact[$1].rounded(.down)
      )
      return one != other ? one > other : $0 < $1
    }
    // Rounding errors apart, less is left than there are shares.
    for index in byRemainder where left > 0 && proportions[index] > 0 {
      amounts[index] += 1
      left -= 1
    }
    amounts[byRemainder.first { proportions[$0] > 0 } ?? 0] += left
    return amounts.map { with(amount: $0) }
  }

  /// What a candidate takes of the budget.
  func cost(of candidate: Candidate) -> Int {
    switch self {
    case .documents: 1
    case .tokens: candidate.tokenCount
    case .bytes: candidate.lineByteCount + 1
    }
  }

  /// A bound from below on what any copy of the candidate takes: copies of a text have as many tokens, but
  /// their lines may be shorter. An escape is never shorter than what it means, so no line is shorter than its text.
  func smallestCost(of candidate: Candidate) -> Int {
    switch self {
    case .documents, .tokens: cost(of: candidate)
    case .bytes: candidate.textByteCount + 1
    }
  }

  /// Another budget in the same units.
  package func with(amount: Int) -> Budget {
    switch self {
    case .documents: .documents(amount)
    case .tokens: .tokens(amount)
    case .bytes: .bytes(amount)
    }
  }

  /// The budget, in units of its own.
  package var amount: Int {
    switch self {
    case .documents(let amount), .tokens(let amount), .bytes(let amount): amount
    }
  }
}

/// What was drawn.
package struct Selection: Sendable {
  /// In pool order.
  package let documents: [Candidate]
  /// The smallest key among them; nil when nothing was drawn.
  package let thresholdKey: Double?
  /// What is left of the budget, in its own units.
  package let shortfall: Int
  /// True if every eligible document was drawn, and there would have been room for more.
  package internal(set) var isExhausted: Bool

  /// The selection without the documents for which `transform` returns nil; the others are what it returns, in pool order.
  package func filtered(_ transform: (Candidate) -> Candidate?) -> Selection {
    Selection(
      documents: documents.compactMap(transform).sorted { $0.position < $1.position },
      thresholdKey: thresholdKey, shortfall: shortfall, isExhausted: isExhausted)
  }
}
