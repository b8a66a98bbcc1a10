internal import Files
internal import Reading
internal import Writing

/// Writes the candidates of each shard to its own file in a work directory.
///
/// Candidates of an earlier run are used again.
struct CandidateDirectory: WeighMode {
  var job: CandidateJob
  var path: String

  func weigh(_ shards: [Shard]) throws -> Weighed {
    let registry = job.job.registry
    let directory = try WorkDirectory(
      path, kind: .candidates,
      settings: "candidates \(job.settings.fingerprint) \(job.job.fingerprint)"
        // Nothing for whole candidates: records of earlier runs have no word for them.
        + (job.wanted.keepsKeysOnly ? " keys only" : ""), registry: registry)
    var weighed = Weighed(targetCount: 1)
    var (keptCount, excludedCount) = (0, 0)
    for shard in shards {
      if let known = try directory.result(for: shard) {
        try job.job.settings.reading.skipLimit.check(known.report)
        weighed.add(known)
        keptCount += known.notes["kept"] ?? 0
        excludedCount += known.notes["excluded"] ?? 0
        continue
      }
      let before = weighed.outcome.tokenCount
      let (file, report) = try job.candidates([shard], &weighed)
      keptCount += file.candidates.count
      excludedCount += file.excluded.documents.count
      var notes: [ExactString: Int] = [
        "tokens": weighed.outcome.tokenCount - before, "kept": file.candidates.count,
      ]
      if job.exclusion != nil { notes["excluded"] = file.excluded.documents.count }
      try directory.keep(report, of: shard, notes: notes, registry: registry) {
        path throws(PipelineError) in
        try file.write(
          to: .file(path: path), container: .zstd, replaces: true, registry: registry)
      }
      weighed.outputs.append(directory.resultPath(for: shard))
    }
    job.record(keptCount: keptCount, excludedCount: excludedCount, in: &weighed)
    return weighed
  }
}
