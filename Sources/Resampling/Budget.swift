/// The size of a draw.
package enum Budget: Equatable, Sendable {
  case documents(Int)
  /// The largest keys whose tokens add up to at most this number.
  case tokens(Int)
  /// The largest keys whose lines, with their line ends, add up to at most this number of bytes.
  ///
  /// See ``Candidate/byteCost``.
  case bytes(Int)

  /// Divides the budget in exact arithmetic: see ``Apportionment``.
  package func shared(by apportionment: Apportionment) -> [Budget] {
    apportionment.amounts(of: amount).map { with(amount: $0) }
  }

  /// The budgets of a draw in two parts.
  ///
  /// - Parameter secondShare: the second part's share of the budget, rounded down; 0 for one part.
  package func parted(secondShare: Double) -> (first: Budget, second: Budget?) {
    precondition((0...1).contains(secondShare))
    guard secondShare > 0 else { return (self, nil) }
    let shared = Int(exactly: (Double(amount) * secondShare).rounded(.down)) ?? 0
    return (with(amount: amount - shared), with(amount: shared))
  }

  /// The budget plus `more`, or the largest number instead of an overflow.
  package func adding(_ more: Int) -> Budget {
    with(amount: amount > .max - more ? .max : amount + more)
  }

  /// The part of the budget that a candidate uses.
  package func cost(of candidate: Candidate) -> Int {
    switch self {
    case .documents: 1
    case .tokens: candidate.tokenCount
    case .bytes: candidate.byteCost
    }
  }

  /// The least that any copy of the candidate can use.
  ///
  /// Copies of a text have the same number of tokens, but their lines may be shorter. An escape is
  /// never shorter than the character that it stands for, so no line is shorter than its text.
  package func smallestCost(of candidate: Candidate) -> Int {
    switch self {
    case .documents, .tokens: cost(of: candidate)
    case .bytes: candidate.textByteCount + 1
    }
  }

  /// Another budget in the same unit.
  package func with(amount: Int) -> Budget {
    switch self {
    case .documents: .documents(amount)
    case .tokens: .tokens(amount)
    case .bytes: .bytes(amount)
    }
  }

  /// The budget in its own unit.
  package var amount: Int {
    switch self {
    case .documents(let amount), .tokens(let amount), .bytes(let amount): amount
    }
  }
}
