internal import Resampling
internal import Weighting

/// The unit of the draws that candidates serve.
package enum CandidateUnit: String, Sendable, Codable, CaseIterable {
  case documents, tokens, bytes

  func budget(_ amount: Int) -> Budget {
    switch self {
    case .documents: .documents(amount)
    case .tokens: .tokens(amount)
    case .bytes: .bytes(amount)
    }
  }

  /// The size of all eligible documents, in this unit.
  ///
  /// Their number is counted anyway.
  func size(of eligible: EligibleDocuments) -> Int {
    self == .documents ? 0 : budget(0).whole(of: eligible)
  }

  /// Eligible documents, by their number and their size in this unit.
  func eligible(count: Int, size: Int) -> EligibleDocuments {
    var eligible = EligibleDocuments()
    eligible.documentCount = count
    switch self {
    case .documents: break
    case .tokens: eligible.tokenCount = size
    case .bytes: eligible.byteCount = size
    }
    return eligible
  }
}
