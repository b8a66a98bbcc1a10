internal import Reading
internal import Weighting

/// A model file and its origin.
struct StoredModel: Sendable {
  var path: String
  var model: FittedModel
  /// XXH3-64 of the stored bytes.
  var contentHash: UInt64

  /// Refuses a model that nothing can be weighed by.
  ///
  /// - Throws: ``ModelError``
  func checkHasFeatures() throws(PipelineError) {
    guard model.counts.featureCount == 0 else { return }
    let (counted, all) = (model.counts.documentCount, model.inputDocumentCount)
    throw .models(
      counted == 0 && all > 0
        ? .emptyFitSample(path: path, share: model.fittedShare, documentCount: all)
        : .empty(path: path, documentCount: counted))
  }

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
