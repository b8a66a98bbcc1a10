internal import Reading
internal import Resampling
internal import Weighting

/// The means to keep what a draw needs of shards, instead of all weights.
struct CandidateJob {
  var job: WeighJob
  var wanted: WeighSettings.CandidateSettings
  var settings: CandidateFile.Settings

  init(_ job: WeighJob, _ wanted: WeighSettings.CandidateSettings) {
    self.job = job
    self.wanted = wanted
    settings = job.models.candidateSettings(wanted, job.settings)
  }

  /// Weighs the documents of shards, and keeps the candidates among them.
  func candidates(_ shards: [Shard], _ weighed: inout Weighed) throws -> (CandidateFile, PassReport)
  {
    let recipe = DrawRecipe(
      draw: wanted.draw, temperatures: [settings.temperature], seeds: [settings.seed])
    let model = job.model
    var kept = DrawBuffers(recipe.plan(.documents(wanted.count)))
    let step = DrawStep(
      workers: job.workers, plan: kept.plan, temperatures: recipe.temperatures,
      emptyCounts: Divergence.emptyCounts(bucketCount: model.features.bucketCount))
    let (outcome, report) = try step.run(shards, into: &kept) { ModelWeightReader(model) }
    weighed.outcome.documentCount += report.documentCount
    weighed.outcome.tokenCount += outcome.tokenCount
    weighed.report.add(report)
    let file = CandidateFile(
      settings: settings, shards: report.inputs, documentCount: report.documentCount,
      eligibleCount: outcome.eligibleCount,
      poolDocumentCount: job.models.pool.model.counts.documentCount,
      candidates: kept.onlyParted())
    return (file, report)
  }

  /// Notes how many candidates are kept in all.
  func record(keptCount: Int, in weighed: inout Weighed) {
    weighed.hasSampleSizes = false
    weighed.candidates = WeighReport.Candidates(
      count: wanted.count, kept: keptCount, seed: wanted.draw.seed,
      temperature: settings.temperature, topK: settings.topK,
      minTokens: settings.minimumTokenCount)
  }
}
