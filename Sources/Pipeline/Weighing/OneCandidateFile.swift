internal import Reading
internal import Writing

/// The candidates of all shards in one file.
struct OneCandidateFile: WeighMode {
  var job: CandidateJob

  func weigh(_ shards: [Shard]) throws -> Weighed {
    var weighed = Weighed(targetCount: 1)
    // In the order that the file has: which of several equal texts is the first depends on it.
    let sorted = shards.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let (file, _) = try job.candidates(sorted, &weighed)
    job.record(keptCount: file.candidates.count, in: &weighed)
    let settings = job.job.settings
    do throws(WritingError) {
      weighed.files.append(
        try file.write(
          to: settings.output ?? .standardOutput, container: settings.container,
          replaces: settings.replacesOutputs, registry: job.job.registry))
    } catch {
      throw PipelineError.output(.writing(error))
    }
    return weighed
  }
}
