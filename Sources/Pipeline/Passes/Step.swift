/// The steps of a run, in order.
package enum Step: String, CaseIterable, Sendable {
  case spool, readEvaluation, fit, fitTarget, fitPool, findMixture, train
  case measure, searchSize, weigh
  case compareCandidates, choose
  case order, copy, remainder, survey
  /// Further steps of `resample`.
  case countStrata, draw
  /// The steps of `compare` and `explain`.
  case countSelected, countRandom, readHeldout, readSelections, judge, explain
  case verify
}
