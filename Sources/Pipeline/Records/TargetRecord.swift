/// What a manifest says of one of several targets. The fields are those that it has for an only
/// one.
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
  package var klTargetPool: Double?
  package var klTargetRandom: Double?
  /// Of what this target drew.
  package var klTargetSelected: Double?
  package var klReduction: Double?
  package var klReductionFromPool: Double?
}
