internal import Files
internal import Weighting

/// The shards whose candidates have been read, by path and by content.
///
/// A shard that was weighed twice, or a copy of it, would hide that another one is missing.
struct KnownShards {
  private struct Content: Hashable {
    var byteCount: Int
    var hash: UInt64
  }

  private var paths: Set<ExactString> = []
  private var contents: [Content: String] = [:]

  /// Begins with the shards of the first file.
  init(_ shards: [FittedModel.Input]) {
    for shard in shards {
      paths.insert(Self.path(shard))
      contents[Self.content(shard)] = shard.path
    }
  }

  /// - Throws: ``CandidateError/repeatedShard(path:shard:)``,
  ///   ``CandidateError/repeatedContent(path:shard:otherShard:)``
  mutating func insert(_ shards: [FittedModel.Input], of path: String) throws(PipelineError) {
    var found: [Content: String] = [:]
    for shard in shards {
      guard paths.insert(Self.path(shard)).inserted else {
        throw .candidates(.repeatedShard(path: path, shard: shard.path))
      }
      let content = Self.content(shard)
      if shard.documentCount > 0, let other = contents[content] {
        throw .candidates(.repeatedContent(path: path, shard: shard.path, otherShard: other))
      }
      found[content] = shard.path
    }
    // Equal files within one run are no error: they were weighed as they were fitted.
    contents.merge(found) { first, _ in first }
  }

  private static func path(_ shard: FittedModel.Input) -> ExactString {
    ExactString(ShardFinder.normalized(shard.path))
  }

  private static func content(_ shard: FittedModel.Input) -> Content {
    Content(byteCount: shard.byteCount, hash: shard.contentHash)
  }
}
