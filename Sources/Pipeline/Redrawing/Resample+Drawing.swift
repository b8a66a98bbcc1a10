internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Where `resample` has its weights from.
extension Resample {
  // MARK: Weights

  func drawByWeights(
    _ stored: Inputs, _ target: String?, _ size: SelectionSize, _ pool: Inputs
  ) throws -> Redrawn {
    var reading = settings.reading
    reading.textField = StoredWeightReader.textField
    var workers = reading.workers(progress)
    workers.fields = StoredWeightReader.fields(target: target)
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil
    let finder = ShardFinder(pool.shards)
    // A file of a blend has log odds in every line.
    let hasLogOdds = try haveLogOdds(stored, target)
    var recipe = recipe(seed: settings.draw.seed)
    if !hasLogOdds { recipe.draw.logisticShare = 0 }
    let usesLogOdds = recipe.draw.logisticShare > 0
    let (budget, temperature) = try budget(size, stored, workers) {
      StoredWeightReader(target: target, shards: finder, usesLogOdds: usesLogOdds)
    }
    recipe.temperatures = [temperature]
    recipe.copiesMayDiffer = true
    let draw = Draw(workers: workers, recipe: recipe, budget: budget)
    let places = WeighedPlaces(shardCount: pool.shards.count)
    begin(.draw, stored)
    let outcome = try draw.run(stored.shards) {
      StoredWeightReader(target: target, shards: finder, usesLogOdds: usesLogOdds, places: places)
    }
    guard outcome.report.documentCount > 0 else {
      throw PipelineError.input(.empty(role: .weights, skippedLines: outcome.report.skippedCount))
    }
    try check(places, outcome, pool)
    return Redrawn(
      outcome: outcome, recipe: recipe, budget: budget,
      inputs: stored.corrected(outcome.report).inputRecords,
      documentCount: outcome.report.documentCount, weightCounts: places.counts,
      underMinimumCount: outcome.weighed.underMinimumCount)
  }

  /// Looks at the first line of each file.
  ///
  /// - Throws: ``PipelineError``, if weights are of other targets than the one that is asked for, or some of them have log odds
  ///   and some don't.
  private func haveLogOdds(_ stored: Inputs, _ target: String?) throws -> Bool {
    let fields = StoredWeightReader.fields(target: target)
    var known: (hasLogOdds: Bool, path: String)?
    for shard in stored.shards {
      // If there is none, the pass will say what is wrong with the lines.
      guard let values = try firstFields([fields[5], fields[6], "log_weight"], of: shard) else {
        continue
      }
      let hasNames = values[2] == .other
      if let target, !hasNames || values[0] == .missing {
        throw PipelineError.weights(.unknownTarget(path: shard.name, name: target))
      }
      if target == nil, hasNames {
        throw PipelineError.weights(.noTargetChosen(path: shard.name))
      }
      let hasLogOdds = values[1] != .missing
      if let known, known.hasLogOdds != hasLogOdds {
        let (with, without) = hasLogOdds ? (shard.name, known.path) : (known.path, shard.name)
        throw PipelineError.weights(.mixedWeights(path: with, otherPath: without))
      }
      known = known ?? (hasLogOdds, shard.name)
    }
    if let known, !known.hasLogOdds, settings.asksForLogOdds {
      throw PipelineError.weights(.noLogOdds(path: known.path))
    }
    return known?.hasLogOdds ?? false
  }

  /// The fields of the first document among those that a file of weights begins with; nil if there is
  /// none.
  private func firstFields(_ fields: [String], of shard: Shard) throws -> [FieldValue]? {
    let request = DocumentRequest(textField: StoredWeightReader.textField, fields: fields)
    var values: [FieldValue]?
    do {
      var scan = try RecordScan(shard, number: 0, request, settings.reading.limits)
      guard try scan.nextChunk() else { return nil }
      while try values == nil && scan.next() != nil {
        do { try scan.withText { _, fields in values = fields } } catch is InvalidLine {}
      }
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    } catch let error as SystemError {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    return values
  }

  // MARK: Fields

  func drawByFields(
    _ fields: [FieldWeight], _ size: SelectionSize, _ pool: Inputs
  ) throws -> Redrawn {
    do { return try drawByFields(fields, size, pool, origins: nil) } catch is LargeNumbers {
      var workers = settings.reading.workers(progress)
      workers.fields = fields.map(\.field)
      let (found, _) = try workers.run(pool.shards) { FieldOrigins(fields) }
      let origins = FieldOrigins.origins(found, of: fields)
      return try drawByFields(fields, size, pool, origins: origins)
    }
  }

  private func drawByFields(
    _ fields: [FieldWeight], _ size: SelectionSize, _ pool: Inputs, origins: [WideNumber]?
  ) throws -> Redrawn {
    var workers = settings.reading.workers(progress)
    workers.fields = fields.map(\.field)
    workers.hashesContent = true
    workers.keepsRejects = settings.outputs.rejects != nil || settings.source.remainder != nil
    let countsTokens = settings.countsTokens(size)
    let makeReader: @Sendable () -> FieldWeightReader = {
      FieldWeightReader(fields, origins: origins, countsTokens: countsTokens)
    }
    var recipe = recipe(seed: settings.draw.seed)
    recipe.draw.logisticShare = 0
    let (budget, temperature) = try budget(size, pool, workers, makeReader)
    recipe.temperatures = [temperature]
    recipe.copiesMayDiffer = true
    var stratumField: Int?
    if let stratify = settings.stratify {
      recipe.strata = try stratify.strata(try eligibleCounts(stratify, pool, makeReader))
      stratumField = workers.fields.count
      workers.fields.append(stratify.field)
    }
    let draw = Draw(
      workers: workers, recipe: recipe, budget: budget, fills: settings.stratify?.fills ?? false,
      stratumField: stratumField)
    begin(.draw, pool)
    let outcome = try draw.run(pool.shards, makeReader: makeReader)
    guard outcome.report.documentCount > 0 else {
      throw PipelineError.input(.empty(role: .pool, skippedLines: outcome.report.skippedCount))
    }
    return Redrawn(
      outcome: outcome, recipe: recipe, budget: budget, inputs: nil,
      documentCount: outcome.report.documentCount,
      documentCounts: outcome.report.shards.map(\.documentCount), poolReport: outcome.report,
      underMinimumCount: outcome.weighed.underMinimumCount)
  }

  /// Eligible documents by stratum.
  private func eligibleCounts(
    _ stratify: StratifySettings, _ pool: Inputs,
    _ makeReader: @escaping @Sendable () -> FieldWeightReader
  ) throws -> [ExactString: Int] {
    var workers = settings.reading.workers(progress)
    let ownFields = makeReader().fieldNames
    workers.fields = ownFields + [stratify.field]
    let minimumLength = settings.draw.minimumTokenCount
    begin(.countStrata, pool)
    let (results, _) = try workers.run(pool.shards) {
      StratumCounter(makeReader(), field: ownFields.count, minimumLength: minimumLength)
    }
    var counts: [ExactString: Int] = [:]
    for result in results { counts.merge(result, uniquingKeysWith: +) }
    guard counts.count <= FitStep.mostStrata else {
      throw PipelineError.strata(.tooManyStrata(limit: FitStep.mostStrata))
    }
    return counts
  }

  private struct StratumCounter: DocumentConsumer, ~Copyable {
    private var reader: FieldWeightReader
    private let field: Int
    private let minimumLength: Int
    private var counts: [ExactString: Int] = [:]

    init(_ reader: consuming FieldWeightReader, field: Int, minimumLength: Int) {
      self.reader = reader
      self.field = field
      self.minimumLength = minimumLength
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      // Also for its errors: what has no rating isn't drawn from.
      let document = try reader.read(text, of: line)
      guard document.size.length >= minimumLength, counts.count <= FitStep.mostStrata
      else { return }
      counts[ExactString(line.fields[field].stratum), default: 0] += 1
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> [ExactString: Int] { counts }
  }

  // MARK: Candidates

  /// - Parameter wanted: nil for the number of documents that candidates were kept for.
  func drawCandidates(_ files: [Shard], _ wanted: Int?, _ pool: Inputs) throws -> Redrawn {
    let (limits, path) = (settings.reading.limits, files[0].name)
    let whole = try CandidateFile(merging: files, limits: limits)
    try check(whole, path)
    let known = whole.header.settings
    let count = wanted ?? known.count
    guard count <= known.count else {
      throw PipelineError.candidates(
        .tooFewCandidates(path: path, keptFor: known.count, wanted: count))
    }
    var recipe = recipe(seed: known.seed)
    recipe.temperatures = [known.temperature]
    recipe.draw.logisticShare = known.logisticShare
    recipe.draw.minimumTokenCount = known.minimumTokenCount
    recipe.draw.addsNoise = !known.topK
    recipe.draw.seed = known.seed
    let budget = Budget.documents(count)
    let selector = recipe.selector(budget, fills: false)
    var kept = DrawBuffers(selector.plan, expectedCount: whole.candidates.count)
    kept.add(whole.candidates.map { .init(group: 0, arm: 0, candidate: $0) })
    var weighed = DrawStep.Outcome(spreads: [], randomBaseline: FeatureCounts(bucketCount: 0))
    weighed.eligibleCount = whole.header.eligibleCount
    var outcome = Drawn(selector.choose(from: kept), weighed, PassReport(), recipe)

    // Only what is in the shards that were named: others are copied elsewhere.
    let shards = try places(of: pool, in: whole, path)
    for part in outcome.parts.indices {
      outcome.parts[part].selection = outcome.parts[part].selection.filtered { candidate in
        shards[candidate.position.shard].map { candidate.moved(toShard: $0) }
      }
    }
    var counts = [Int](repeating: 0, count: pool.shards.count)
    for (number, shard) in shards.enumerated() {
      if let shard { counts[shard] = whole.header.shards[number].documentCount }
    }
    return Redrawn(
      outcome: outcome, recipe: recipe, budget: budget, inputs: nil,
      documentCount: whole.header.documentCount, documentCounts: counts,
      missingCount: whole.header.missingCount,
      uncountedCount: whole.header.uncountedCount,
      underMinimumCount: whole.header.documentCount - whole.header.eligibleCount,
      textField: known.textField, hasSpread: false)
  }

  /// Which shard of the pool each shard of the candidates is; nil for those that weren't named.
  private func places(
    of pool: Inputs, in file: CandidateFile, _ path: String
  ) throws -> [Int?] {
    let weighed = file.header.shards.map(\.path)
    let places = ShardFinder(pool.shards).shards(weighed)
    let found = Set(places.compactMap { $0 })
    if let unknown = pool.shards.indices.first(where: { !found.contains($0) }) {
      let shard = pool.shards[unknown].name
      let namesakes = weighed.indices.filter {
        places[$0] == nil
          && ExactString(weighed[$0].lastPathPart) == ExactString(shard.lastPathPart)
      }.map { weighed[$0] }
      throw PipelineError.candidates(
        namesakes.isEmpty
          ? .shardWithoutCandidates(path: path, shard: shard)
          : .ambiguousShard(path: path, shard: shard, weighedPaths: namesakes))
    }
    return places
  }

  private func begin(_ step: Step, _ input: Inputs) {
    progress.begin(step, totalStoredByteCount: input.totalStoredByteCount, pass: .next)
  }

  // MARK: Sizes

  private func recipe(seed: UInt64) -> DrawRecipe {
    var recipe = DrawRecipe(
      draw: settings.draw, seeds: DrawRecipe.seeds(seed, count: settings.epochCount))
    recipe.replay = settings.replay
    recipe.areEpochsDisjoint = settings.areEpochsDisjoint
    return recipe
  }

  /// The budget and the temperature: a pass of their own finds them, where they depend on the weights.
  private func budget<Reader: WeightReader & ~Copyable>(
    _ size: SelectionSize, _ input: Inputs, _ workers: DocumentWorkers,
    _ makeReader: @escaping @Sendable () -> Reader
  ) throws -> (Budget, Double) {
    if !settings.needsSizePass(size), case .fixed(let temperature) = settings.draw.temperature {
      return (size.budget(documentCount: 0), temperature)
    }
    begin(.measure, input)
    let measured = try SpreadStep(
      workers: workers, minimumLength: settings.draw.minimumTokenCount, targetCount: 1
    ).run(input.shards, makeReader: makeReader)
    let budget = size.budget(documentCount: measured.documentCount)
    let histogram = measured.histograms[0]
    // Budgets of tokens and bytes have no number of documents: the command line asks for one.
    let expected = min(histogram.count, budget.unit == "documents" ? budget.amount : .max)
    return (budget, settings.draw.temperature.value(for: histogram, expectedDraw: expected))
  }
}

extension ResampleSettings {
  /// Whether the budget or the temperature depends on the weights, and a pass of its own finds it.
  func needsSizePass(_ size: SelectionSize) -> Bool {
    if case .fraction = size { return true }
    if case .fixed = draw.temperature { return false }
    return true
  }

  /// Whether a draw by fields needs the documents' numbers of tokens.
  func countsTokens(_ size: SelectionSize) -> Bool {
    if case .tokens = size { return true }
    return draw.minimumTokenCount > 0
  }
}
