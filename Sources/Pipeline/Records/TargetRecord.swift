internal import Resampling
internal import Weighting

/// What a manifest says of one of several targets. The fields are those that it has for an only one.
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

  init(
    _ settings: TargetSettings, _ fitted: Select.PreparedTarget, share: Double,
    temperature: Double, _ spread: DrawStep.Spread, parts: [DrawRun.Part], pool: FeatureCounts,
    random: FeatureCounts, selected: FeatureCounts
  ) {
    let fromPool = Divergence.between(fitted.counts, pool)
    let fromRandom = Divergence.between(fitted.counts, random)
    let fromSelected = Divergence.between(fitted.counts, selected)
    name = settings.name
    self.share = share
    self.temperature = temperature
    side = fitted.side
    documents = parts.reduce(0) { $0 + $1.selection.documents.count }
    tokens = selected.tokenCount
    shortfall = parts.reduce(0) { $0 + $1.selection.shortfall }
    effectiveSampleSize = spread.effectiveSampleSize.value
    weightLengthCorrelation = spread.correlation.value
    unseenShare = fitted.unseenShare
    klTargetPool = fromPool
    klTargetRandom = fromRandom
    klTargetSelected = fromSelected
    klReduction = fromRandom.flatMap { random in fromSelected.map { random - $0 } }
    klReductionFromPool = fromPool.flatMap { pool in fromSelected.map { pool - $0 } }
  }
}
