/// How much is to be drawn.
package enum Budget: Equatable, Sendable {
  case documents(Int)
  /// The largest keys whose tokens add up to no more than this.
  case tokens(Int)
  /// The largest keys whose lines, with their line ends, add up to no more bytes than this.
  case bytes(Int)

  /// Shares the budget out in exact arithmetic: see ``Apportionment``.
  package func shared(by apportionment: Apportionment) -> [Budget] {
    apportionment.amounts(of: amount).map { with(amount: $0) }
  }

  /// The budgets of a draw of two parts.
  ///
  /// - Parameter secondShare: of the budget, rounded down; 0 for one part.
  package func parted(secondShare: Double) -> (first: Budget, second: Budget?) {
    precondition((0...1).contains(secondShare))
    guard secondShare > 0 else { return (self, nil) }
    let shared = Int(exactly: (Double(amount) * secondShare).rounded(.down)) ?? 0
    return (with(amount: amount - shared), with(amount: shared))
  }

  /// The budget and so much more; as much as there is room for, rather than overflow.
  func adding(_ more: Int) -> Budget { with(amount: amount > .max - more ? .max : amount + more) }

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
