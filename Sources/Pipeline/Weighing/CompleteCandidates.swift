internal import Choosing
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// Gives candidates their n-grams once their keys have been merged: `dsel weigh --candidates-from`.
///
/// Of a pool in many shards, only the candidates that are left after merging need n-grams. Each
/// shard is read by a run of its own, and the results are merged as if all had been kept at once.
package struct CompleteCandidates: Sendable {
  let settings: CompleteSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(
    _ settings: CompleteSettings, progress: ProgressMeter, registry: TemporaryFiles
  ) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// - Returns: the candidates of the named shards.
  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
  package func run() throws -> CandidateFile {
    var pool = try Inputs(settings.pool, settings.reading, canBeAllowed: false)
    let others = try Inputs([settings.keys] + settings.targetModels.map(\.path)).shards
    let outputs = try RunOutputs(
      .of(settings.output.paths, replaces: settings.replacesOutputs),
      inputs: pool.shards + others, registry: registry)
    progress.plan(passCount: 1 + pool.spoolPassCount)
    try pool.spool(settings.reading, progress, isPass: true)
    var (file, shards) = try CandidateFile.keys(
      others[0], of: pool, textField: settings.reading.textField, limits: settings.reading.limits)
    let models = try file.header.targets(
      settings.targetModels, of: settings.keys, settings.reading.limits)
    try checkSizes(file, shards, pool)
    progress.extend(by: models.count - 1 + (file.header.hasTokens ? 1 : 0))
    try addFeatures(to: &file, shards, models, pool)
    let written = WrittenFiles(
      try file.write(
        to: settings.output, container: settings.container, replaces: settings.replacesOutputs,
        registry: registry))
    try outputs.commit(written, nil, nil)
    return file
  }

  /// Refuses files of another size than those that were weighed, before any is read.
  ///
  /// - Parameter shards: the numbers of the pool's shards, in the order of the file.
  private func checkSizes(
    _ file: CandidateFile, _ shards: [Int], _ pool: Inputs
  ) throws(PipelineError) {
    for (known, number) in zip(file.header.shards, shards)
    where pool.spooled[number] == nil && pool.shards[number].command == nil {
      guard pool.shards[number].status.byteCount == known.byteCount else {
        throw changed(pool.shards[number].name)
      }
    }
  }

  private func changed(_ shard: String) -> PipelineError {
    .candidates(.changedShard(path: settings.keys, shard: shard))
  }

  private func addFeatures(
    to file: inout CandidateFile, _ numbers: [Int], _ models: [FittedModel], _ pool: Inputs
  ) throws {
    let shards = numbers.map { pool.shards[$0] }
    let room = SpoolRoom(directory: settings.reading.spoolDirectory, command: .weigh)
    var workers = settings.reading.with(textField: file.header.settings.textField)
      .workers(progress)
    workers.hashesContent = true
    var report = PassReport()
    do {
      try file.addFeatures(
        models.map { TargetProfile($0.counts) }, room
      ) {
        let found = try PoolFeatures(
          shards: shards, workers: workers, features: models[0].settings
        ).readAll($0, of: $1, into: $2)
        // All passes read the same files, and the first one finds their hashes.
        if workers.hashesContent { report = found }
        workers.hashesContent = false
      }
    } catch PipelineError.input(.reading(.changed(let path), _)) {
      // No text where one was, or another.
      throw changed(path)
    }
    let inputs = pool.corrected(report, of: shards).inputs
    for (known, found) in zip(file.header.shards, inputs) where !known.hasSameContent(as: found) {
      throw changed(found.path)
    }
    if file.header.hasTokens {
      // The content was compared above.
      workers.hashesContent = false
      try file.addTokens(
        PoolTexts(shards: shards, workers: workers), models[0].settings.tokenizer, room)
    }
  }
}

extension CandidateFile {
  /// Reads the keys of some shards' candidates from a file with those of a whole pool.
  ///
  /// - Parameters:
  ///   - keys: the file.
  ///   - textField: the one that is asked for.
  /// - Returns: the keys, in a file of their own, and the number in the pool of each of its shards.
  /// - Throws: ``PipelineError``
  fileprivate static func keys(
    _ keys: Shard, of pool: Inputs, textField: TextField, limits: ReadingLimits
  ) throws(PipelineError) -> (CandidateFile, shards: [Int]) {
    var lines = try CandidateLines(keys, limits: limits)
    guard let eligibleCounts = lines.header.eligibleCounts else {
      throw .candidates(.notKeys(path: keys.name))
    }
    try lines.header.check(textField, path: keys.name)
    let places = try lines.header.places(of: pool, path: keys.name)
    var header = lines.header
    (header.shards, header.documentCount, header.eligibleCount) = ([], 0, 0)
    let (overMaximumCounts, underWeightCounts) = (
      header.overMaximumCounts, header.underWeightCounts
    )
    (header.eligibleCounts, header.overMaximumCounts, header.overMaximumCount) = (nil, nil, 0)
    (header.underWeightCounts, header.underWeightCount) = (nil, 0)
    let eligibleSizes = header.eligibleSizes
    (header.eligibleSizes, header.eligibleSize) = (nil, 0)
    // By shard of the whole pool: its number in the pool that is named, and in the new file.
    var numbers: [Int] = []
    var newShards: [Int?] = []
    for (number, shard) in lines.header.shards.enumerated() {
      guard let place = places[number] else {
        newShards.append(nil)
        continue
      }
      newShards.append(numbers.count)
      numbers.append(place)
      header.shards.append(shard)
      header.documentCount += shard.documentCount
      header.eligibleCount += eligibleCounts[number]
      header.eligibleSize += eligibleSizes?[number] ?? 0
      header.overMaximumCount += overMaximumCounts?[number] ?? 0
      header.underWeightCount += underWeightCounts?[number] ?? 0
    }
    var candidates: [Candidate] = []
    var roles: [CandidateRole] = []
    while let line = try lines.next() {
      guard let shard = newShards[line.candidate.position.shard] else { continue }
      candidates.append(line.candidate.moved(toShard: shard))
      if header.hasRoles { roles.append(line.role) }
    }
    var file = CandidateFile(header, candidates)
    file.roles = roles
    while let line = try lines.nextExcluded() {
      guard let shard = newShards[line.candidate.position.shard] else { continue }
      file.excluded.add(line.candidate.moved(toShard: shard), line.reason ?? .target, line.role)
    }
    return (file, numbers)
  }
}
