internal import Resampling

/// The ranks of some texts among the candidates for a set, by their keys.
struct CandidateRanks: Sendable {
  struct Place: Sendable {
    /// From 1.
    var rank: Int
    /// Where the copy of the text is that is the candidate.
    var position: Position
  }

  var count: Int
  /// The smallest key; nil without candidates.
  var thresholdKey: Double?
  private var placeByText: [Candidate.TextKey: Place] = [:]

  init(of texts: Set<Candidate.TextKey>, among candidates: [Candidate]) {
    let sorted = candidates.sorted { $0.precedes($1) }
    count = sorted.count
    thresholdKey = sorted.last?.key
    for (index, candidate) in sorted.enumerated() where texts.contains(candidate.textKey) {
      placeByText[candidate.textKey] = Place(rank: index + 1, position: candidate.position)
    }
  }

  /// nil if the text is no candidate.
  func place(of text: Candidate.TextKey) -> Place? { placeByText[text] }
}
