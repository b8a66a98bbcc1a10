internal import Choosing

/// Checks the room on the disk before the pool is read.
extension Select {
  var spoolRoom: SpoolRoom {
    SpoolRoom(
      directory: settings.reading.spoolDirectory,
      command: settings.objective == nil ? .selectByWeight : .select)
  }

  /// Refuses a run whose candidates won't have room on the disk.
  ///
  /// What is needed is estimated from some documents of the pool: see ``PoolSample``. While the
  /// candidates are read, ``CandidateSpool`` checks it again, by those that it has.
  ///
  /// - Throws: ``PipelineError``
  func checkRoom(_ targets: [Fitted], _ pool: Inputs) throws(PipelineError) {
    guard let objective = settings.objective, objective.purity < 1 else { return }
    // A search has no size yet, strata may be small parts of the pool, and the sample's tokens are
    // those of dsel.
    guard settings.sizeSearch == nil, settings.stratify == nil, settings.tokensField == nil else {
      return
    }
    // Of commands, nothing is known before they have given all they have.
    guard pool.shards.allSatisfy({ $0.command == nil }) else { return }
    let storedByteCount = pool.shards.reduce(0) { $0 + $1.status.byteCount }
    guard spoolRoom.mayLack(storedByteCount: storedByteCount) else { return }
    let profiles = targets.map { TargetProfile($0.outcome.counts) }
    let sample = PoolSample(
      pool.shards, profiles,
      .init(
        features: settings.features, lengths: settings.draw.lengths,
        reading: settings.reading))
    let wordCount = sample.wordCount(
      settings.size.budget(documentCount: sample.poolDocumentCount),
      shares: TargetSettings.shares(settings.targets), replay: settings.replay)
    // What memory holds needs no file.
    guard wordCount > CandidateSpool.mostHeld else { return }
    try spoolRoom.check(byteCount: MemoryLayout<UInt32>.size * wordCount)
  }
}
