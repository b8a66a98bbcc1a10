internal import Resampling
internal import Weighting

/// The number of candidates that a set is chosen from.
enum CandidateBudget {
  /// Candidates per document to choose.
  private static let multiple = 3
  /// Of the documents that aren't chosen, at most this part are candidates: 1 / 5.
  private static let divisor = 5
  /// At least this many documents are candidates.
  private static let leastDocuments = 10_000

  /// The largest budget of candidates, before it is known how much is eligible.
  ///
  /// - Parameter averageCost: of a document, in the budget's unit; from another pass, perhaps over
  ///   a sample.
  static func largest(for budget: Budget, averageCost: Double) -> Budget {
    budget.with(amount: max(several(budget), least(averageCost)))
  }

  /// Three times the budget B, but at most B and a fifth of everything eligible, and at least
  /// 10,000 documents of average size.
  ///
  /// More candidates make no better set: see Documentation/Method.md. A large share of the pool
  /// leaves little to choose from, and would cost another whole pass.
  static func budget(for budget: Budget, eligible: EligibleDocuments) -> Budget {
    let whole = budget.whole(of: eligible)
    let most = budget.amount > .max - whole ? Int.max : budget.amount + whole / divisor
    return budget.with(
      amount: max(
        min(several(budget), most), least(budget.averageCost(of: eligible)), budget.amount))
  }

  private static func several(_ budget: Budget) -> Int {
    budget.amount > .max / multiple ? .max : multiple * budget.amount
  }

  private static func least(_ averageCost: Double) -> Int {
    Int((Double(leastDocuments) * averageCost).rounded(.up))
  }
}

extension Budget {
  /// What an eligible document uses on average.
  func averageCost(of eligible: EligibleDocuments) -> Double {
    Double(whole(of: eligible)) / Double(max(1, eligible.documentCount))
  }
}
