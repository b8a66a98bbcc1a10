/// Log-ratios that are drawn to 0 where the target is too small to tell: see ``LogRatioTable``.
package struct ShrunkLogRatios: LogRatioComponent {
  package static let parameters: EstimatorParameters = [.normalization, .pseudocount]

  let table: LogRatioTable
  let normalization: Normalization
  let maximumOrder: Int

  package init(_ evidence: CountEvidence, _ settings: EstimatorSettings) {
    table = LogRatioTable(
      shrinking: evidence.target, pool: evidence.pool, prior: settings.pseudocount)
    normalization = settings.normalization
    maximumOrder = evidence.features.maximumOrder
  }
}
