internal import Compression
internal import Files
internal import Platform
internal import Reading

/// Keeps candidates, so that those that are chosen needn't be read in the pool again.
extension Select {
  /// - Returns: nil if nothing would be gained.
  func keeping(_ trained: Trained, _ plan: Plan, _ files: OpenFiles) -> DrawStep.Keeping? {
    // A plain file is read only where the records are.
    let keepsShard = plainShards(trained, files).map { !$0 }
    guard keepsShard.contains(true) else { return nil }
    let share = DrawStep.Keeping.share(
      drawn: drawnShare(plan, trained), targetCount: settings.targets.count)
    let byteCount = zip(trained.poolReport.shards, keepsShard).reduce(0) { sum, shard in
      sum + (shard.1 ? shard.0.byteCount : 0)
    }
    let records = KeptRecords(
      directory: settings.reading.spoolDirectory, keepsShard: keepsShard)
    let isFew =
      share <= DrawStep.Keeping.largestShare
      && share * Double(byteCount) <= Double(records.room())
    guard isFew || readsCandidates else { return nil }
    return DrawStep.Keeping(records: records, waitsForTargets: !isFew)
  }

  /// Whether each shard of the pool is a plain file.
  func plainShards(_ trained: Trained, _ files: OpenFiles) -> [Bool] {
    zip(files.pool.shards, trained.poolReport.shards).map { shard, summary in
      shard.isFile && summary.container == Container.plain.rawValue
    }
  }

  /// The share of the eligible documents that may be drawn in the end, for all targets.
  private func drawnShare(_ plan: Plan, _ trained: Trained) -> Double {
    guard readsCandidates else { return plan.baselineRate }
    return CandidateBudget.largest(
      for: plan.budget, averageCost: plan.budget.averageCost(of: trained.eligible)
    ).share(of: trained.eligible)
  }

  /// Whether the candidates of targets are read again before documents are chosen among them.
  private var readsCandidates: Bool { settings.objective.map { $0.purity < 1 } ?? false }

  /// The room on the disk, that of what is kept included: this takes a fifth of it at most.
  func spoolRoom(beside kept: KeptRecords?) -> SpoolRoom {
    var room = spoolRoom
    if let kept {
      room.freeByteCount = { directory in
        FileSystem.freeByteCount(in: directory).map { $0 + kept.byteCount }
      }
    }
    return room
  }
}
