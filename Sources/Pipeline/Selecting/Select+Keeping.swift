internal import Compression
internal import Files
internal import Platform
internal import Reading

/// Keeps candidates, so that those that are chosen needn't be read in the pool again.
extension Select {
  /// - Returns: nil if nothing would be gained.
  func keptRecords(_ trained: Trained, _ plan: Plan, _ files: OpenFiles) -> KeptRecords? {
    let keepsShard = zip(files.pool.shards, trained.poolReport.shards).map { shard, summary in
      // A plain file is read only where the records are.
      !shard.isFile || summary.container != Container.plain.rawValue
    }
    guard keepsShard.contains(true) else { return nil }
    if !readsCandidates {
      let share = DrawStep.Keeping.share(
        drawn: plan.baselineRate, targetCount: settings.targets.count)
      let byteCount = zip(trained.poolReport.shards, keepsShard).reduce(0) { sum, shard in
        sum + (shard.1 ? shard.0.byteCount : 0)
      }
      guard share <= DrawStep.Keeping.largestShare,
        share * Double(byteCount) <= Double(KeptRecords.mostBytes)
      else { return nil }
    }
    return KeptRecords(directory: settings.reading.spoolDirectory, keepsShard: keepsShard)
  }

  /// Whether the candidates of targets are read again before documents are chosen among them.
  private var readsCandidates: Bool { settings.objective.map { $0.purity < 1 } ?? false }

  func keeping(_ kept: KeptRecords) -> DrawStep.Keeping {
    DrawStep.Keeping(records: kept, readsCandidates: readsCandidates)
  }

  /// The room on the disk beside what is kept, which makes way when room becomes short.
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
