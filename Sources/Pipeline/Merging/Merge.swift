internal import Compression
internal import Reading
internal import Weighting
package import Writing

/// Merges files of one kind: `dsel merge`.
///
/// Models become the model of all their documents, and candidates become those of the whole pool.
package struct Merge: Sendable {
  let settings: MergeSettings
  let registry: TemporaryFiles

  package init(_ settings: MergeSettings, registry: TemporaryFiles) {
    self.settings = settings
    self.registry = registry
  }

  /// The outcome of merging.
  package enum Outcome: Sendable {
    case model(FitReport.Model)
    case candidates(CandidateFile)
  }

  /// - Throws: ``PipelineError``. Then no output has its final name, and an older one is untouched.
  package func run() throws -> Outcome {
    let shards = try Inputs(settings.inputs).shards
    if let pipe = shards.first(where: { !$0.isRereadable }) {
      throw PipelineError.input(.notRereadable(path: pipe.name))
    }
    let outputs = try RunOutputs(
      .of(settings.output.paths, replaces: settings.replacesOutputs), inputs: shards,
      registry: registry)
    let areCandidates = try shards.map { try CandidateFile.isOne($0, limits: settings.limits) }
    if let first = areCandidates.first, let odd = areCandidates.firstIndex(of: !first) {
      throw PipelineError.merging(.mixedKinds(path: shards[odd].name, otherPath: shards[0].name))
    }
    return areCandidates.first == true
      ? try mergeCandidates(shards, outputs) : try mergeModels(outputs)
  }

  private func mergeModels(_ outputs: RunOutputs) throws -> Outcome {
    var whole: StoredModel?
    // The model that each input is in, and the input's name, by its content.
    var owners: [Content: (number: Int, input: String)] = [:]
    for (number, path) in settings.inputs.enumerated() {
      let part = try StoredModel(reading: path, limits: settings.limits)
      // Empty inputs are all alike and add nothing.
      for input in part.model.inputs where !settings.allowsRepeats && input.documentCount > 0 {
        if let owner = owners[Content(input)], owner.number != number {
          throw PipelineError.merging(
            .repeatedInput(
              path: part.path, otherPath: settings.inputs[owner.number], input: input.path,
              otherInput: owner.input))
        }
        owners[Content(input)] = (number, input.path)
      }
      guard whole != nil else {
        whole = part
        continue
      }
      do {
        try whole?.model.checkSum(with: part.model)
        try whole?.model.merge(part.model)
      } catch let error as JSONFileFault {
        throw PipelineError.models(.unusable(path: part.path, error))
      } catch let error as FittedModel.Mismatch {
        throw PipelineError.models(.mismatch(path: part.path, otherPath: settings.inputs[0], error))
      }
    }
    guard let whole else { preconditionFailure("nothing to merge") }
    let written: WrittenFiles
    do throws(WritingError) {
      written = WrittenFiles(
        try whole.model.write(
          to: settings.output, container: settings.container, replaces: settings.replacesOutputs,
          registry: registry))
    } catch {
      throw PipelineError.output(.writing(error))
    }
    try outputs.commit(written, nil, nil)
    return .model(FitReport.Model(whole.model))
  }

  private struct Content: Hashable {
    var byteCount: Int
    var hash: UInt64

    init(_ input: FittedModel.Input) {
      byteCount = input.byteCount
      hash = input.contentHash
    }
  }

  private func mergeCandidates(_ files: [Shard], _ outputs: RunOutputs) throws -> Outcome {
    var whole = try CandidateFile(merging: files, limits: settings.limits)
    let (header, count) = (whole.header, whole.candidates.count)
    let room = SpoolRoom(directory: settings.spoolDirectory, command: .merge)
    var content: CandidateLines.Content = []
    if header.hasFeatures {
      content.insert(.features)
      whole.features = CandidateBytes(count: count, room: room)
    }
    if header.hasTokens {
      content.insert(.tokens)
      whole.tokens = CandidateBytes(count: count, room: room)
    }
    if !content.isEmpty {
      let (features, tokens) = (whole.features, whole.tokens)
      try StoredCandidates(files: files, shards: header.shards, limits: settings.limits)
        .read(whole.candidates, content, .ofRoles(whole.roles)) {
          number, line, _ throws(PipelineError) in
          try features?.put(line.features ?? [], of: number)
          try tokens?.put(line.tokens ?? [], of: number)
        }
    }
    let written = WrittenFiles(
      try whole.write(
        to: settings.output, container: settings.container, replaces: settings.replacesOutputs,
        registry: registry))
    try outputs.commit(written, nil, nil)
    return .candidates(whole)
  }
}
