/// The log-ratios of two smoothed bags of n-grams, ln p_target − ln p_pool: DSIR as published.
package struct SmoothedLogRatios: LogRatioComponent {
  package static let parameters: EstimatorParameters = [
    .normalization, .pseudocount, .targetPseudocount,
  ]

  let table: LogRatioTable
  let normalization: Normalization
  let maximumOrder: Int

  package init(_ evidence: CountEvidence, _ settings: EstimatorSettings) {
    let floor = settings.compatibility?.weightFloor ?? 0
    table = LogRatioTable(
      target: BucketDistribution(
        evidence.target, pseudocount: settings.targetPseudocount, floor: floor),
      pool: BucketDistribution(evidence.pool, pseudocount: settings.pseudocount, floor: floor))
    normalization = settings.normalization
    maximumOrder = evidence.features.maximumOrder
  }
}
