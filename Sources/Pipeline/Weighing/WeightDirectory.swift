internal import Reading
internal import Writing

/// Writes the weights of each shard to its own file in a work directory.
///
/// Weights of an earlier run are used again.
struct WeightDirectory: WeighMode {
  var job: WeighJob
  var path: String

  func weigh(_ shards: [Shard]) throws -> Weighed {
    let directory = try WorkDirectory(
      path, kind: .weights, settings: "weigh " + job.fingerprint, registry: job.registry)
    var weighed = Weighed(targetCount: job.model.targets.count)
    for shard in shards {
      if let known = try directory.result(for: shard) {
        try job.settings.reading.skipLimit.check(known.report)
        weighed.add(known)
        continue
      }
      let path = directory.resultPath(for: shard)
      let lines = try job.open(.file(path: path), .zstd, replaces: true)
      let (outcome, report) = try job.weigh(shard, lines)
      weighed.add(outcome, report)
      weighed.outputs.append(path)
      try directory.keep(
        report, of: shard, notes: ["tokens": outcome.tokenCount], registry: job.registry
      ) { _ throws(WritingError) in try lines.take().close() }
    }
    return weighed
  }
}
