/// What one part of a draw selected, as a manifest says it.
package struct PartRecord: Encodable, Sendable {
  package var epoch: Int?
  package var stratum: String?
  /// The target's name.
  package var target: String?
  /// `weights`, `logistic` for the regression alone, or `random` for replay.
  package var by: String
  package var budget: Int
  package var documents: Int
  package var tokens: Int
  /// Of lines, with their line ends.
  package var bytes: Int
  package var shortfall: Int
}
