internal import Files
internal import Reading
internal import Resampling

/// Checks that weights and candidates cover the whole pool, and only once.
extension Resample {
  /// - Throws: ``PipelineError``
  func check(_ places: WeighedPlaces, _ outcome: Drawn, _ pool: Inputs) throws {
    if let conflict = places.conflict {
      throw PipelineError.weights(
        .ambiguousShard(
          path: conflict.path, otherPath: conflict.other, shard: pool.shards[conflict.shard].name))
    }
    if !settings.allowsMissing { try checkAllHaveWeights(places.counts, pool) }
    guard !settings.reading.allowsRepeats else { return }
    if let position = places.firstRepeat ?? firstRepeat(outcome) {
      let shard = pool.shards[position.shard]
      throw PipelineError.weights(
        .repeatedWeight(
          path: shard.name, place: position.place, isRow: try !pool.hasLines(position.shard)))
    }
  }

  /// Checks that every file of the pool has weights.
  ///
  /// Some lines of weights may have been left out on purpose, but hardly all lines of a file.
  private func checkAllHaveWeights(_ counts: [Int], _ pool: Inputs) throws {
    var without: [Shard] = []
    for (shard, count) in zip(pool.shards, counts) where count == 0 {
      if try hasRecords(shard) { without.append(shard) }
    }
    guard let first = without.first else { return }
    throw PipelineError.weights(
      .shardWithoutWeights(path: first.name, moreCount: without.count - 1))
  }

  /// True if the shard has a record that isn't blank.
  ///
  /// The rest of the shard isn't read.
  private func hasRecords(_ shard: Shard) throws -> Bool {
    let request = DocumentRequest(textField: settings.reading.textField)
    do throws(ReadingError) {
      var scan = try RecordScan(shard, number: 0, request, settings.reading.limits)
      while try scan.nextChunk() {
        if try scan.next() != nil { return true }
      }
      return false
    } catch {
      throw PipelineError.input(.reading(error, line: nil))
    }
  }

  /// The first document that one part of the draw has twice.
  ///
  /// If exact duplicates are joined, there is none.
  private func firstRepeat(_ outcome: Drawn) -> Position? {
    var first: Position?
    for part in outcome.parts {
      let positions = part.selection.documents.map(\.position).sorted()
      for (one, next) in zip(positions, positions.dropFirst()) where one == next {
        first = min(first ?? one, one)
      }
    }
    return first
  }
}
