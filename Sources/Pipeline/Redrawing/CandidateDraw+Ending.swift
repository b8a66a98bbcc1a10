internal import Reading
internal import Resampling
internal import Weighting

extension CandidateDraw {
  /// How a draw of tokens or bytes ended.
  ///
  /// - Parameter chosen: gets the documents, with their keys as candidates have them.
  func ending(_ chosen: inout [Candidate]) -> CandidateFile.Header.Ending {
    let weighed = DrawStep.Outcome(spreads: [], randomBaseline: FeatureCounts(bucketCount: 0))
    let drawn = Drawn(choice, weighed, PassReport(), recipe)
    chosen = zip(choice.plan.groups[0].arms, choice.selections[0]).flatMap { arm, selection in
      // The regression's part has its own key in the first place.
      if case .logOdds = arm.source { return selection.documents.map(\.exchanged) }
      return selection.documents
    }
    return .init(logisticCount: drawn.logisticCount, isExhausted: drawn.isExhausted)
  }
}
