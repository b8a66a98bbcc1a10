internal import Reading
internal import Writing

/// Writes the candidates of all shards to one file.
struct OneCandidateFile: WeighMode {
  var job: CandidateJob

  func weigh(_ shards: [Shard]) throws -> Weighed {
    var weighed = Weighed(targetCount: 1)
    // Use the order of the file: it decides which exact duplicate is the first.
    let sorted = shards.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let (file, _) = try job.candidates(sorted, &weighed)
    job.record(
      keptCount: file.candidates.count, excludedCount: file.excluded.documents.count,
      in: &weighed)
    let settings = job.job.settings
    weighed.files.append(
      try file.write(
        to: settings.output ?? .standardOutput, container: settings.container,
        replaces: settings.replacesOutputs, registry: job.job.registry))
    return weighed
  }
}
