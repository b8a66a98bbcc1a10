internal import Files
internal import Resampling
internal import Writing

/// A document that isn't drawn because it is similar to one that comes before it.
struct NearDuplicate: Sendable {
  var candidate: Candidate
  /// The document that it is similar to.
  var kept: Candidate
  /// Jaccard's similarity of their shingles.
  var similarity: Double

  /// The same with other numbers for the shards; nil if the document's own shard has none.
  ///
  /// - Parameter shard: the new number of a shard.
  func moved(_ shard: (Int) -> Int?) -> NearDuplicate? {
    guard let own = shard(candidate.position.shard), let other = shard(kept.position.shard) else {
      return nil
    }
    return NearDuplicate(
      candidate: candidate.moved(toShard: own), kept: kept.moved(toShard: other),
      similarity: similarity)
  }
}

extension Candidate {
  /// A document of which only the place is known.
  init(position: Position, _ lineByteCount: Int) {
    self.init(
      key: 0, textHash: 0, position: position, lineByteCount: lineByteCount, textByteCount: 0,
      tokenCount: 0)
  }
}

/// What near-duplicates a draw left out.
struct NearDuplicates: Sendable {
  /// The least similarity.
  var similarity: Double
  /// In pool order.
  var documents: [NearDuplicate] = []

  var record: NearDuplicateRecord {
    NearDuplicateRecord(similarity: similarity, documents: documents.count)
  }
}

extension RunOutputs {
  /// Writes the list of near-duplicates.
  ///
  /// - Parameter shards: the paths of the shards of their positions, and of those of the documents
  ///   that they are similar to.
  /// - Returns: nil if it isn't requested.
  /// - Throws: ``PipelineError``
  func writeNearDuplicates(_ found: NearDuplicates?, _ shards: [String]) throws -> FinishedOutput? {
    guard let found else { return nil }
    return try writeList(found.documents, to: settings.nearDuplicates) { $0.line(shards) }
  }
}

extension NearDuplicate {
  /// The document as a line of JSON.
  fileprivate func line(_ shards: [String]) -> [UInt8] {
    var line = Array("{\"file\":".utf8)
    line.append(jsonString: shards[candidate.position.shard])
    candidate.recordPlace.append(to: &line)
    line += Array(",\"similarity\":\(similarity),\"similar_file\":".utf8)
    line.append(jsonString: shards[kept.position.shard])
    kept.recordPlace.append(to: &line, prefix: "similar_")
    line.append(UInt8(ascii: "}"))
    return line
  }
}
