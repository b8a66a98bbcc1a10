internal import Resampling

/// Documents that a draw may reach, though they are excluded.
extension CandidateFile {
  /// The documents and why they are excluded.
  struct Excluded: Sendable {
    /// In pool order, with reasons by their numbers in ``reasons``.
    private(set) var documents: [ExcludedDocument] = []
    private(set) var reasons: [ExclusionReason] = []
    private var numbers: [ExclusionReason: Int] = [:]

    init() {}

    /// - Parameter documents: some of those of another list, in pool order.
    init(_ documents: [ExcludedDocument], of other: Excluded) {
      for document in documents { add(document.candidate, other.reason(of: document)) }
    }

    var isEmpty: Bool { documents.isEmpty }

    mutating func add(_ candidate: Candidate, _ reason: ExclusionReason) {
      let number = numbers[reason] ?? reasons.count
      if number == reasons.count {
        reasons.append(reason)
        numbers[reason] = number
      }
      documents.append(ExcludedDocument(candidate: candidate, match: .stored(number)))
    }

    func reason(of document: ExcludedDocument) -> ExclusionReason {
      guard case .stored(let number) = document.match else { return .target }
      return reasons[number]
    }

    func isTarget(_ match: ExclusionMatch) -> Bool {
      guard case .stored(let number) = match else { return true }
      return reasons[number] == .target
    }

    /// The documents, changed and without those that become nil, in pool order.
    func transformed(_ change: (Candidate) -> Candidate?) -> Excluded {
      let changed = documents.compactMap { document in
        change(document.candidate).map { ($0, reason(of: document)) }
      }
      var result = Excluded()
      for (candidate, reason) in changed.sorted(by: { $0.0.position < $1.0.position }) {
        result.add(candidate, reason)
      }
      return result
    }
  }

  /// The excluded documents that a draw may reach, among those that are kept.
  ///
  /// - Parameter kept: the candidates, to which the excluded documents are added.
  func reachable(_ excluded: Excluded, _ kept: consuming CandidateGroup) -> Excluded {
    guard !excluded.isEmpty else { return excluded }
    for document in excluded.documents { kept.add(document.candidate) }
    var best: [Candidate.TextKey: Candidate] = [:]
    for candidate in kept.kept() { best[candidate.textKey] = candidate }
    // Copies were joined, so the first in the pool has their number.
    return excluded.transformed { candidate in
      guard let kept = best[candidate.textKey], kept.position == candidate.position else {
        return nil
      }
      return kept
    }
  }
}
