internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Compares a file of candidates with the files that they come from.
extension CandidateFile.Header {
  /// Refuses to read the text in another field than the one that was weighed.
  ///
  /// - Parameters:
  ///   - wanted: the field that is asked for. The default stands for any.
  ///   - path: the file's.
  /// - Throws: ``CandidateError/otherTextField(path:field:wanted:)``
  func check(_ wanted: TextField, path: String) throws(PipelineError) {
    guard wanted == settings.textField || wanted == ReadingSettings().textField else {
      throw .candidates(.otherTextField(path: path, field: settings.textField, wanted: wanted))
    }
  }

  /// Reads the model of a target that the candidates were weighed for.
  ///
  /// - Parameters:
  ///   - file: the candidates' path.
  ///   - number: the target's.
  /// - Throws: ``PipelineError``
  func target(
    _ model: String, of file: String, _ limits: ReadingLimits, number: Int = 0
  ) throws(PipelineError) -> FittedModel {
    let stored = try StoredModel(reading: model, limits: limits)
    let known = settings.targets.isEmpty ? settings.targetModel : settings.targets[number].model
    guard stored.contentHash == known else {
      throw .candidates(.otherTarget(path: file, model: model))
    }
    return stored.model
  }

  /// Reads the models of all targets, in the order of the candidates.
  ///
  /// - Parameters:
  ///   - named: the models, in any order if they have names.
  ///   - file: the candidates' path.
  /// - Throws: ``PipelineError``
  func targets(
    _ named: [NamedModel], of file: String, _ limits: ReadingLimits
  ) throws(PipelineError) -> [FittedModel] {
    let known = settings.targets
    guard named.count == settings.targetCount else {
      throw .candidates(.otherTargetCount(path: file, names: known.map(\.name)))
    }
    var models: [FittedModel] = []
    for number in named.indices {
      // A single target has the same name as all.
      let model = known.isEmpty ? nil : named.first { $0.name == known[number].name }
      models.append(try target((model ?? named[number]).path, of: file, limits, number: number))
    }
    return models
  }

  /// The pool's shard for each shard of the candidates; nil for those that weren't named.
  ///
  /// - Parameter path: the file's.
  /// - Throws: ``PipelineError`` if a shard of the pool has no candidates here.
  func places(of pool: Inputs, path: String) throws(PipelineError) -> [Int?] {
    let weighed = shards.map(\.path)
    let places = ShardFinder(pool.shards).shards(weighed)
    let found = Set(places.compactMap { $0 })
    if let unknown = pool.shards.indices.first(where: { !found.contains($0) }) {
      let shard = pool.shards[unknown].name
      let namesakes = weighed.indices.filter {
        places[$0] == nil
          && ExactString(weighed[$0].lastPathPart) == ExactString(shard.lastPathPart)
      }.map { weighed[$0] }
      throw .candidates(
        namesakes.isEmpty
          ? .shardWithoutCandidates(path: path, shard: shard, hasKeysOnly: eligibleCounts != nil)
          : .ambiguousShard(path: path, shard: shard, weighedPaths: namesakes))
    }
    return places
  }
}
