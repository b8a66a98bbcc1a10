internal import Compression
internal import Featurizing
internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting
package import Writing

/// Gives every document of a pool its log importance weights: `dsel weigh`.
package struct Weigh: Sendable {
  let settings: WeighSettings
  let progress: ProgressMeter
  let registry: TemporaryFiles

  package init(_ settings: WeighSettings, progress: ProgressMeter, registry: TemporaryFiles) {
    self.settings = settings
    self.progress = progress
    self.registry = registry
  }

  /// What was weighed.
  fileprivate struct Weighed {
    var report = PassReport()
    var outcome: WeightLineWriter.Outcome
    /// False once results of an earlier run are among them.
    var hasSampleSizes = true
    var reused = 0
    var outputs: [String] = []
    var candidates: WeighReport.Candidates?
  }

  /// - Returns: what was done; it has been written already where that was asked for.
  /// - Throws: ``PipelineError``. Then no output is there under its final name, but an older one untouched.
  package func run() throws -> WeighReport {
    var clock = StepClock()
    var pool = try Inputs(
      settings.pool, settings.reading, canBeAllowed: settings.candidates == nil)
    let models = try StoredModels(settings)
    let outputs = try RunOutputs(
      .of(
        try outputPaths(pool.shards), rejects: settings.rejects, manifest: settings.manifest,
        replaces: settings.replacesOutputs),
      inputs: pool.shards + models.shards, registry: registry)
    progress.plan(passCount: 1 + (settings.rejects == nil ? 0 : pool.spoolPassCount))
    if settings.rejects != nil {
      try clock.time(.spool) { try pool.spool(settings.reading, progress, isPass: true) }
    }
    progress.begin(.train, totalStoredByteCount: nil)
    var begin = ContinuousClock.now
    let model = try models.weighingModel(
      settings.estimator, threadCount: settings.reading.threadCount)
    clock.add(.train, since: begin)

    progress.begin(.weigh, totalStoredByteCount: pool.totalStoredByteCount, pass: .next)
    begin = ContinuousClock.now
    var weighed = Weighed(
      outcome: WeightLineWriter.Outcome(
        effectiveSampleSizes: Array(
          repeating: EffectiveSampleSize(), count: model.targets.count)))
    var files = WrittenFiles()
    if let candidates = settings.candidates {
      try keepCandidates(candidates, pool.shards, models, model, &weighed, &files)
    } else if settings.workDirectory != nil || settings.format == .dolma {
      try weighApart(pool.shards, models, model, &weighed, &files)
    } else {
      try weighTogether(pool.shards, model, &weighed, &files)
    }
    clock.add(.weigh, since: begin)
    weighed.report = pool.corrected(weighed.report)

    let rejects = try outputs.writeRejects(
      [(pool, weighed.report)], limits: settings.reading.limits, progress: progress)
    let report = report(
      weighed, models, clock.timings(threadCount: settings.reading.threadCount))
    try outputs.commit(files, rejects, outputs.write(report))
    return report
  }

  // MARK: Ways to weigh

  /// All weights in one output.
  private func weighTogether(
    _ shards: [Shard], _ model: WeighingModel, _ weighed: inout Weighed,
    _ files: inout WrittenFiles
  ) throws {
    let lines = OrderedLines(try open(settings.output ?? .standardOutput, settings.container))
    for shard in shards {
      lines.begin()
      let (outcome, report) = try weigh(shard, model, lines)
      weighed.outcome.merge(outcome)
      weighed.report.add(report)
    }
    do throws(WritingError) { files.append(try lines.take().close()) } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// One output a shard: in a work directory, or beside the documents.
  private func weighApart(
    _ shards: [Shard], _ models: StoredModels, _ model: WeighingModel,
    _ weighed: inout Weighed, _ files: inout WrittenFiles
  ) throws {
    let directory = try settings.workDirectory.map {
      try WorkDirectory(
        $0, kind: .weights, settings: "weigh " + fingerprint(models), registry: registry)
    }
    for shard in shards {
      if let known = try directory?.result(for: shard) {
        try settings.reading.skipLimit.check(known.report)
        weighed.add(known)
        continue
      }
      let path = try directory?.resultPath(for: shard) ?? DolmaPath.attributes(of: shard.name)
      let lines = OrderedLines(
        try open(.file(path: path), directory == nil ? Container(suffixOf: path) : .zstd))
      let (outcome, report) = try weigh(shard, model, lines)
      weighed.outcome.merge(outcome)
      weighed.report.add(report)
      weighed.outputs.append(path)
      guard let directory else {
        do throws(WritingError) { files.append(try lines.take().close()) } catch {
          throw PipelineError.output(.writing(error))
        }
        continue
      }
      try directory.keep(
        report, of: shard, notes: ["tokens": outcome.tokenCount], registry: registry
      ) { _ throws(WritingError) in try lines.take().close() }
    }
  }

  private func weigh(
    _ shard: Shard, _ model: WeighingModel, _ lines: OrderedLines
  ) throws -> (WeightLineWriter.Outcome, PassReport) {
    let settings = WeightLineWriter(
      model: model, format: settings.format, idField: settings.idField, file: shard.name,
      lines: lines)
    var workers = workers()
    workers.fields = settings.fields
    workers.countsLines = true
    let (results, report) = try workers.run([shard]) { WeightLineWriter.Weigher(settings) }
    var outcome = results[0]
    for result in results.dropFirst() { outcome.merge(result) }
    return (outcome, report)
  }

  /// What a draw needs of all shards in one file, or of each in a file of its own.
  private func keepCandidates(
    _ wanted: WeighSettings.CandidateSettings, _ shards: [Shard], _ models: StoredModels,
    _ model: WeighingModel, _ weighed: inout Weighed, _ files: inout WrittenFiles
  ) throws {
    let settings = models.candidateSettings(wanted, settings)
    var kept = 0
    if let path = self.settings.workDirectory {
      let directory = try WorkDirectory(
        path, kind: .candidates, settings: "candidates \(settings) " + fingerprint(models),
        registry: registry)
      for shard in shards {
        if let known = try directory.result(for: shard) {
          try self.settings.reading.skipLimit.check(known.report)
          weighed.add(known)
          kept += known.notes["kept"] ?? 0
          continue
        }
        let before = weighed.outcome.tokenCount
        let (file, report) = try candidates(
          [shard], wanted, settings, models.pool, model, &weighed)
        kept += file.candidates.count
        let notes: [ExactString: Int] = [
          "tokens": weighed.outcome.tokenCount - before, "kept": file.candidates.count,
        ]
        try directory.keep(report, of: shard, notes: notes, registry: registry) {
          path throws(WritingError) in
          try file.write(
            to: .file(path: path), container: .zstd, replaces: true, registry: registry)
        }
        weighed.outputs.append(directory.resultPath(for: shard))
      }
    } else {
      // In the order that the file has: which copy of a text is the first depends on it.
      let sorted = shards.sorted {
        $0.name.utf8.lexicographicallyPrecedes($1.name.utf8)
      }
      let (file, _) = try candidates(
        sorted, wanted, settings, models.pool, model, &weighed)
      kept = file.candidates.count
      do throws(WritingError) {
        files.append(
          try file.write(
            to: self.settings.output ?? .standardOutput, container: self.settings.container,
            replaces: self.settings.replacesOutputs, registry: registry))
      } catch {
        throw PipelineError.output(.writing(error))
      }
    }
    weighed.hasSampleSizes = false
    weighed.candidates = WeighReport.Candidates(
      count: wanted.count, kept: kept, seed: wanted.draw.seed, temperature: settings.temperature,
      topK: settings.topK, minTokens: settings.minimumTokenCount)
  }

  private func candidates(
    _ shards: [Shard], _ wanted: WeighSettings.CandidateSettings,
    _ settings: CandidateFile.Settings, _ pool: StoredModel, _ model: WeighingModel,
    _ weighed: inout Weighed
  ) throws -> (CandidateFile, PassReport) {
    let recipe = DrawRecipe(
      draw: wanted.draw, temperatures: [settings.temperature], seeds: [settings.seed])
    var buffers = DrawBuffers(recipe.plan(.documents(wanted.count)))
    let step = DrawStep(
      workers: workers(), plan: buffers.plan, temperatures: recipe.temperatures,
      emptyCounts: Divergence.emptyCounts(bucketCount: model.features.bucketCount))
    let (outcome, report) = try step.run(shards, into: &buffers) { ModelWeightReader(model) }
    weighed.outcome.documentCount += report.documentCount
    weighed.outcome.tokenCount += outcome.tokenCount
    weighed.report.add(report)
    let file = CandidateFile(
      settings: settings, shards: report.inputs, documentCount: report.documentCount,
      eligibleCount: outcome.eligibleCount,
      poolDocumentCount: pool.model.counts.documentCount, candidates: buffers.onlyParted())
    return (file, report)
  }

  // MARK: Outputs

  /// The files that will be there under names of their own; those in a work directory may be there already.
  private func outputPaths(_ shards: [Shard]) throws -> [String] {
    if settings.workDirectory != nil { return [] }
    guard settings.format == .dolma else { return settings.output?.paths ?? [] }
    return try shards.map { shard in
      let path = try DolmaPath.attributes(of: shard.name)
      do throws(SystemError) { try File.createDirectories(above: path) } catch {
        throw PipelineError.output(.writing(.system(error)))
      }
      return path
    }
  }

  private func workers() -> DocumentWorkers {
    var workers = settings.reading.workers(progress)
    workers.hashesContent = true
    workers.keepsRejects = settings.rejects != nil
    return workers
  }

  private func open(_ destination: Destination, _ container: Container) throws -> LineWriter {
    do throws(WritingError) {
      return try LineWriter(
        destination, container: container,
        replaces: settings.replacesOutputs || settings.workDirectory != nil, registry: registry)
    } catch {
      throw PipelineError.output(.writing(error))
    }
  }

  /// All that a shard's result depends on, besides its content.
  private func fingerprint(_ models: StoredModels) -> String {
    let targets = models.targets.map { "\($0.name ?? "")=\($0.stored.contentHash.hexadecimal)" }
    return
      "\(settings.estimator.fingerprint) targets=\(targets) pool=\(models.pool.contentHash.hexadecimal) "
      + "format=\(settings.format) id=\(settings.idField ?? "") \(settings.reading.fingerprint)"
  }

  private func report(
    _ weighed: Weighed, _ models: StoredModels, _ timings: RunTimings
  ) -> WeighReport {
    let (estimator, features) = (settings.estimator, models.pool.model.settings)
    return WeighReport(
      dselVersion: settings.version,
      settings: WeighReport.Settings(
        estimator: estimator.kind.rawValue, normalize: estimator.normalization.rawValue,
        smoothing: estimator.pseudocount, targetSmoothing: estimator.targetPseudocount,
        compat: estimator.compatibility?.rawValue, textField: settings.reading.textField,
        tokenizer: features.tokenizer.rawValue, ngrams: features.maximumOrder,
        buckets: features.bucketCount, hashing: features.hashing.rawValue,
        onError: settings.reading.errorPolicy == .skip ? "skip" : "fail"),
      targetModels: models.targets.map { .init($0.name, $0.stored) },
      poolModel: .init(nil, models.pool), documents: weighed.outcome.documentCount,
      tokens: weighed.outcome.tokenCount, skippedLines: weighed.report.skippedByReason,
      effectiveSampleSize: weighed.hasSampleSizes
        ? weighed.outcome.effectiveSampleSizes.map(\.value) : nil,
      candidates: weighed.candidates, inputs: weighed.report.inputRecords,
      reusedInputs: weighed.reused,
      outputs: weighed.outputs.isEmpty ? nil : weighed.outputs, timings: timings)
  }
}

extension Weigh.Weighed {
  /// Takes the result of an earlier run in.
  fileprivate mutating func add(_ known: WorkDirectory.Known) {
    report.add(known.report)
    outcome.documentCount += known.report.documentCount
    outcome.tokenCount += known.notes["tokens"] ?? 0
    hasSampleSizes = false
    reused += 1
    outputs.append(known.path)
  }
}

extension WeighReport.Model {
  fileprivate init(_ name: String?, _ stored: StoredModel) {
    self.init(
      name: name, path: stored.path, xxh3: stored.contentHash.hexadecimal,
      documents: stored.model.counts.documentCount)
  }
}

/// Where the Dolma toolkit has the attributes of documents.
enum DolmaPath {
  /// `a/documents/b/c.jsonl.gz` → `a/attributes/dsel/b/c.jsonl.gz`.
  ///
  /// - Throws: ``OutputError/notInDocuments(path:)``
  static func attributes(of path: String) throws(PipelineError) -> String {
    var parts = path.pathParts().map(String.init)
    guard let place = parts.dropLast().lastIndex(of: "documents") else {
      throw .output(.notInDocuments(path: path))
    }
    parts.replaceSubrange(place...place, with: ["attributes", "dsel"])
    return parts.joined(separator: "/")
  }
}
