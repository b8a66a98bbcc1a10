internal import Compression
internal import Files
internal import Reading

/// Keeps the candidates for a set, so that those that are chosen needn't be read in the pool again.
extension Select {
  /// - Returns: nil if nothing would be gained.
  func keptRecords(_ trained: Trained, _ files: OpenFiles) -> KeptRecords? {
    // Each target reads candidates of its own, which would take the place of those before them.
    guard let objective = settings.objective, objective.purity < 1, settings.targets.count == 1
    else { return nil }
    let keepsShard = zip(files.pool.shards, trained.poolReport.shards).map { shard, summary in
      // A plain file is read only where the records are.
      !shard.isFile || summary.container != Container.plain.rawValue
    }
    guard keepsShard.contains(true) else { return nil }
    return KeptRecords(directory: settings.reading.spoolDirectory, keepsShard: keepsShard)
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
