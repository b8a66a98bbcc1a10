internal import Reading
internal import Resampling
internal import Weighting

extension CandidateDraw {
  /// The chosen documents in pool order, with the keys that they have as candidates.
  ///
  /// - Returns: also the numbers of their parts, as files of candidates have them, and whether
  ///   everything eligible was drawn.
  var parts: (documents: [Candidate], numbers: [Int], isExhausted: Bool) {
    let weighed = DrawStep.Outcome(spreads: [], randomBaseline: FeatureCounts(bucketCount: 0))
    let drawn = Drawn(choice, weighed, PassReport(), recipe)
    var all: [(document: Candidate, number: Int)] = []
    for part in drawn.parts {
      if case .logOdds = part.arm.source {
        // Its documents have the regression's key in the first place.
        all += part.selection.documents.map { ($0.exchanged, 1) }
      } else {
        all += part.selection.documents.map { ($0, 0) }
      }
    }
    all.sort { $0.document.position < $1.document.position }
    return (all.map(\.document), all.map(\.number), drawn.isExhausted)
  }
}
