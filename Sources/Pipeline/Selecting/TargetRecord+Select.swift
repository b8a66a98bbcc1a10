internal import Resampling
internal import Weighting

extension TargetRecord {
  init(
    _ settings: TargetSettings, _ fitted: Select.TrainedTarget, share: Double,
    temperature: Double, _ spread: WeightSpread, parts: [Drawn.Part], pool: FeatureCounts,
    random: FeatureCounts, selected: FeatureCounts, replay: FeatureCounts?
  ) {
    var all = selected
    if let replay { all.merge(replay) }
    let fromPool = Divergence.between(fitted.counts, pool)
    let fromRandom = Divergence.between(fitted.counts, random)
    let fromSelected = Divergence.between(fitted.counts, selected)
    name = settings.name
    self.share = share
    self.temperature = temperature
    side = fitted.side
    documents = parts.reduce(0) { $0 + $1.selection.documents.count }
    tokens = parts.reduce(0) { sum, part in
      part.selection.documents.reduce(sum) { $0 + $1.tokenCount }
    }
    shortfall = parts.reduce(0) { $0 + $1.selection.shortfall }
    effectiveSampleSize = spread.effectiveSampleSize.value
    weightLengthCorrelation = spread.correlation.value
    unseenShare = fitted.unseenShare
    nearness = Nearness.of(all, to: fitted.counts, pool: pool)
    klTargetPool = fromPool
    klTargetRandom = fromRandom
    klTargetSelected = fromSelected
    klReduction = fromRandom.flatMap { random in fromSelected.map { random - $0 } }
    klReductionFromPool = fromPool.flatMap { pool in fromSelected.map { pool - $0 } }
  }
}
