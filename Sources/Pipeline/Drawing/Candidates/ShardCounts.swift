internal import Reading
internal import Resampling
internal import Weighting

/// Counts of documents in the header of a file of candidates, one per shard.
enum ShardCounts {
  static func read(_ name: String, _ stream: inout JSONStream) throws(JSONStreamError) -> [Int] {
    var counts: [Int] = []
    try stream.readArray { stream throws(JSONStreamError) in
      guard counts.count < Candidate.maximumShardCount else {
        throw .tooLarge(name, limit: Candidate.maximumShardCount)
      }
      let count = try stream.readCount()
      guard count <= FittedModel.largestCount else {
        throw .tooLarge(name, limit: FittedModel.largestCount)
      }
      counts.append(count)
    }
    return counts
  }

  /// Checks that counts are possible.
  ///
  /// - Parameter sum: of the counts.
  static func checked(
    _ counts: [Int]?, _ name: String, of shards: [FittedModel.Input], sum: Int
  ) throws(JSONStreamError) -> [Int] {
    guard let counts else { throw .missing(name) }
    var left = sum
    for (count, shard) in zip(counts, shards) {
      guard count <= shard.documentCount, count <= left else { throw .invalid(name) }
      left -= count
    }
    guard counts.count == shards.count, left == 0 else { throw .invalid(name) }
    return counts
  }
}
