internal import Reading

/// Writes all weights to one file.
struct OneWeightFile: WeighMode {
  var job: WeighJob

  func weigh(_ shards: [Shard]) throws -> Weighed {
    var weighed = Weighed(targetCount: job.model.targets.count)
    let settings = job.settings
    let lines = try job.open(
      settings.output ?? .standardOutput, settings.container, replaces: settings.replacesOutputs)
    for shard in shards {
      lines.begin()
      let (outcome, report) = try job.weigh(shard, lines)
      weighed.add(outcome, report)
    }
    weighed.files.append(try lines.close())
    return weighed
  }
}
