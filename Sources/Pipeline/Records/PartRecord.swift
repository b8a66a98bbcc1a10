/// The documents that one part of a draw selected, as manifests count them.
package struct PartRecord: Encodable, Sendable {
  package var epoch: Int?
  package var stratum: String?
  /// The target's name.
  package var target: String?
  /// `set`, `weights`, `logistic` for the regression alone, or `random` for replay.
  package var by: String
  package var budget: Int
  package var documents: Int
  package var tokens: Int
  /// The size of the lines, line ends included.
  package var bytes: Int
  package var shortfall: Int
}
