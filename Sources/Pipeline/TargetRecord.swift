internal import Resampling
internal import Weighting

/// What a manifest says of one of several targets. The fields are those that it has for an only one.
package struct TargetRecord: Encodable, Sendable {
  package var name: String?
  package var share: Double
  package var temperature: Double
  package var side: SelectManifest.Side
  package var documents: Int
  package var tokens: Int
  package var shortfall: Int
  package var effective_sample_size: Double
  package var weight_length_correlation: Double?
  package var unseen_share: Double
  package var kl_target_pool: Double?
  package var kl_target_random: Double?
  /// Of what this target drew.
  package var kl_target_selected: Double?
  package var kl_reduction: Double?
  package var kl_reduction_from_pool: Double?

  init(
    _ settings: TargetSettings, _ fitted: Select.PreparedTarget, share: Double,
    temperature: Double, _ spread: WeighStep.Spread, parts: [DrawRun.Part], pool: FeatureCounts,
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
    effective_sample_size = spread.effectiveSampleSize.value
    weight_length_correlation = spread.correlation.value
    unseen_share = fitted.unseenShare
    kl_target_pool = fromPool
    kl_target_random = fromRandom
    kl_target_selected = fromSelected
    kl_reduction = fromRandom.flatMap { random in fromSelected.map { random - $0 } }
    kl_reduction_from_pool = fromPool.flatMap { pool in fromSelected.map { pool - $0 } }
  }
}
