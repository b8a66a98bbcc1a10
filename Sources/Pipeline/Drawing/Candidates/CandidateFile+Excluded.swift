internal import Resampling

/// Documents that a draw may reach, though they are excluded.
extension CandidateFile {
  /// The documents and why they are excluded.
  struct Excluded: Sendable {
    /// In pool order, with reasons by their numbers in ``reasons``.
    private(set) var documents: [ExcludedDocument] = []
    /// What each document would have been kept for.
    private(set) var roles: [CandidateRole] = []
    private(set) var reasons: [ExclusionReason] = []
    private var numbers: [ExclusionReason: Int] = [:]

    init() {}

    /// - Parameter documents: some of those of another list, in pool order.
    init(_ documents: [ExcludedDocument], of other: Excluded) {
      for document in documents { add(document.candidate, other.reason(of: document)) }
    }

    var isEmpty: Bool { documents.isEmpty }

    mutating func add(
      _ candidate: Candidate, _ reason: ExclusionReason, _ role: CandidateRole = CandidateRole()
    ) {
      let number = numbers[reason] ?? reasons.count
      if number == reasons.count {
        reasons.append(reason)
        numbers[reason] = number
      }
      documents.append(ExcludedDocument(candidate: candidate, match: .stored(number)))
      roles.append(role)
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
    ///
    /// - Parameter role: changes the role of a document.
    func transformed(
      _ change: (Candidate) -> Candidate?, role: (CandidateRole) -> CandidateRole = { $0 }
    ) -> Excluded {
      var result = Excluded()
      let changed = documents.indices.compactMap { number in
        change(documents[number].candidate).map { ($0, number, role(roles[number])) }
      }.sorted { one, other in
        one.0.position == other.0.position
          ? one.2.target < other.2.target : one.0.position < other.0.position
      }
      for (candidate, number, role) in changed {
        result.add(candidate, reason(of: documents[number]), role)
      }
      return result
    }
  }

  /// The excluded documents that a draw may reach, among those that are kept.
  ///
  /// - Parameter groups: the candidates, to which the excluded documents are added.
  func reachable(_ excluded: Excluded, _ groups: [CandidateGroup]) -> Excluded {
    guard !excluded.isEmpty else { return excluded }
    var result = Excluded()
    for number in groups.indices {
      let members = excluded.documents.indices.filter { group(of: excluded.roles[$0]) == number }
      guard !members.isEmpty else { continue }
      var kept = groups[number]
      for member in members { kept.add(excluded.documents[member].candidate) }
      var best: [Position: Candidate] = [:]
      for candidate in kept.kept() { best[candidate.position] = candidate }
      // Copies were joined, so the first in the pool has their number.
      for member in members {
        let document = excluded.documents[member]
        guard let kept = best[document.candidate.position] else { continue }
        result.add(kept, excluded.reason(of: document), excluded.roles[member])
      }
    }
    return result.transformed { $0 }
  }
}
