internal import Choosing
internal import Reading
internal import Weighting

/// Checks the room on the disk before shards are weighed.
extension CandidateJob {
  var room: SpoolRoom {
    SpoolRoom(
      directory: job.settings.reading.spoolDirectory,
      command: settings.objective == .set ? .weigh : .weighByWeight)
  }

  /// Refuses shards whose candidates' features won't have room on the disk.
  ///
  /// What is needed is estimated from some documents: see ``PoolSample``. While the candidates are
  /// read, ``CandidateBytes`` checks it again, by those that it has.
  ///
  /// - Throws: ``PipelineError``
  func checkRoom(_ shards: [Shard]) throws(PipelineError) {
    // Strata may be small parts of the pool.
    guard settings.objective == .set, !wanted.keepsKeysOnly, strata == nil else { return }
    // Of commands, nothing is known before they have given all they have.
    guard shards.allSatisfy({ $0.command == nil }) else { return }
    let storedByteCount = shards.reduce(0) { $0 + $1.status.byteCount }
    guard room.mayLack(storedByteCount: storedByteCount) else { return }
    let sample = PoolSample(
      shards, job.models.targets.map { TargetProfile($0.stored.model.counts) },
      .init(
        features: job.model.features,
        lengths: LengthRange(
          minimum: settings.minimumTokenCount, maximum: settings.maximumTokenCount),
        reading: job.settings.reading))
    let byteCount = sample.byteCount(settings.keptBudget(count: wanted.count))
    // What memory holds needs no file.
    guard byteCount > CandidateBytes.mostHeld else { return }
    try room.check(byteCount: byteCount)
  }
}
