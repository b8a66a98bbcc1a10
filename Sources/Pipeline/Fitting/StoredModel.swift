internal import Reading
internal import Weighting

/// A model file and its origin.
struct StoredModel: Sendable {
  var path: String
  var model: FittedModel
  /// XXH3-64 of the stored bytes.
  var contentHash: UInt64

  /// - Throws: ``PipelineError``
  init(reading path: String, limits: ReadingLimits) throws(PipelineError) {
    let shard: Shard
    do throws(ReadingError) { shard = try Shard(path: path) } catch {
      throw .input(.reading(error, line: nil))
    }
    do throws(JSONStreamError) {
      var stream = try JSONStream(shard, limits: limits)
      model = try FittedModel(&stream)
      self.path = shard.name
      contentHash = stream.contentHash ?? 0
    } catch {
      switch error {
      case .reading(let error): throw .input(.reading(error, line: nil))
      case .unusable(let fault): throw .models(.unusable(path: shard.name, fault))
      }
    }
  }
}
