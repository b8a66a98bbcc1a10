/// One of several targets, as manifests describe it.
///
/// The fields are those that a manifest has for a single target.
package struct TargetRecord: Encodable, Sendable {
  package var name: String?
  package var share: Double
  package var temperature: Double
  package var side: SideRecord
  package var documents: Int
  package var tokens: Int
  package var shortfall: Int
  package var effectiveSampleSize: Double
  package var weightLengthCorrelation: Double?
  package var unseenShare: Double
  /// See ``SelectManifest/nearness``.
  package var nearness: Double?
  package var klTargetPool: Double?
  package var klTargetRandom: Double?
  /// For the documents that this target drew.
  package var klTargetSelected: Double?
  package var klReduction: Double?
  package var klReductionFromPool: Double?
}
