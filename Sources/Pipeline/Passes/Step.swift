/// The steps of a run, in order.
package enum Step: String, CaseIterable, Sendable {
  case spool, fit, fitTarget, fitPool, train, measure, weigh, copy, remainder
  /// Further steps of `resample`.
  case countStrata, draw
  /// The steps of `compare` and `explain`.
  case countSelected, countRandom, explain
}
