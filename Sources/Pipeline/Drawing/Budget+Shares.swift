internal import Resampling
internal import Weighting

extension Budget {
  /// The unit of the budget.
  var unit: String {
    switch self {
    case .documents: "documents"
    case .tokens: "tokens"
    case .bytes: "bytes"
    }
  }
}

extension Budget {
  /// The budget as a share of everything eligible, at most 1.
  func share(of eligible: EligibleDocuments) -> Double {
    let whole = whole(of: eligible)
    return whole > amount ? Double(amount) / Double(whole) : 1
  }

  /// Everything eligible, in the budget's unit.
  func whole(of eligible: EligibleDocuments) -> Int {
    switch self {
    case .documents: eligible.documentCount
    case .tokens: eligible.tokenCount
    case .bytes: eligible.byteCount
    }
  }

  /// The approximate number of documents that will be drawn.
  func expectedCount(of eligible: EligibleDocuments) -> Int {
    if case .documents(let count) = self { return min(count, eligible.documentCount) }
    return Int((share(of: eligible) * Double(eligible.documentCount)).rounded())
  }
}
