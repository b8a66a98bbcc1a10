internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Decides what is drawn, and how much.
extension Resample {
  func recipe(seed: UInt64) -> DrawRecipe {
    var recipe = DrawRecipe(
      draw: settings.draw, seeds: DrawRecipe.seeds(seed, count: settings.epochCount))
    recipe.replay = settings.replay
    recipe.areEpochsDisjoint = settings.areEpochsDisjoint
    return recipe
  }

  /// The budget, after the recipe has got the temperature and the log weight of a quantile.
  ///
  /// If they depend on the weights, a separate pass finds them.
  func budget<Reader: WeightReader & ~Copyable>(
    _ size: SelectionSize, _ input: Inputs, _ workers: DocumentWorkers, _ recipe: inout DrawRecipe,
    stratumField: Int? = nil, _ makeReader: @escaping @Sendable () -> Reader
  ) throws -> Budget {
    if !settings.needsSizePass(size), case .fixed(let temperature) = settings.draw.temperature {
      recipe.temperatures = [temperature]
      return size.budget(documentCount: 0)
    }
    begin(.measure, input)
    let spool = settings.draw.minimumQuantile.map { _ in
      WeightSpool(targetCount: 1, directory: settings.reading.spoolDirectory)
    }
    let measured = try SpreadStep(
      workers: workers, lengths: settings.draw.lengths, targetCount: 1, strata: recipe.strata,
      stratumField: stratumField, weightSpool: spool
    ).run(input.shards, makeReader: makeReader)
    if let quantile = settings.draw.minimumQuantile, let spool {
      recipe.quantileWeights = try spool.weights(ofQuantile: quantile)
    }
    let budget = size.budget(documentCount: measured.documentCount)
    let histogram = measured.histograms[0]
    // Budgets of tokens and bytes have no number of documents, so the command line asks for one.
    let expected = min(histogram.count, budget.unit == "documents" ? budget.amount : .max)
    recipe.temperatures = [
      settings.draw.temperature.value(for: histogram, expectedDraw: expected)
    ]
    return budget
  }
}

extension ResampleSettings {
  /// Whether the budget or the temperature depends on the weights, and needs a separate pass.
  func needsSizePass(_ size: SelectionSize) -> Bool {
    if case .fraction = size { return true }
    return draw.needsAllWeights
  }

  /// Whether a draw by fields needs the number of tokens of each document.
  func countsTokens(_ size: SelectionSize) -> Bool {
    if case .tokens = size, tokensField == nil { return true }
    return draw.minimumTokenCount > 0 || draw.maximumTokenCount != nil
  }
}
