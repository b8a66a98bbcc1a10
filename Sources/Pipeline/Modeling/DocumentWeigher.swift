internal import Featurizing
internal import Reading
internal import Weighting

/// A document, weighed for one target.
struct DocumentWeight {
  /// The log importance weight, before temperature and noise.
  var logWeight = 0.0
  /// The contribution of the component that may draw alone; 0 without such a component.
  var logOdds = 0.0
}

/// Weighs documents, in scratch memory of its own.
struct DocumentWeigher: ~Copyable {
  private let model: WeighingModel
  private var featurizer: Featurizer
  /// One per component of each target: the first target's, the second target's, and so on.
  private var scorers: [any DocumentScorer] = []
  /// Each scorer's value for the document that was weighed last.
  private var contributions: [Double]
  /// The weights of that document, one per target.
  private var weights: [DocumentWeight]
  private let placeThatDrawsAlone: Int?
  /// Decides which documents are excluded; nil if none are.
  private var exclusion: DocumentExclusion?

  /// The features that documents are weighed by.
  var features: FeatureSettings { model.features }

  init(_ model: WeighingModel, _ exclusion: Exclusion? = nil) {
    self.model = model
    if let exclusion {
      self.exclusion = DocumentExclusion(exclusion, model.features.tokenizer, model.tables)
    } else {
      self.exclusion = nil
    }
    featurizer = Featurizer(
      model.features, tables: model.tables, holdsHashes: exclusion != nil)
    for target in model.targets {
      let components = target.components.all
      precondition(!components.isEmpty && components.count == model.components.count)
      for component in components { scorers.append(component.makeScorer()) }
    }
    contributions = Array(repeating: 0, count: scorers.count)
    weights = Array(repeating: DocumentWeight(), count: model.targets.count)
    placeThatDrawsAlone = model.components.placeThatDrawsAlone
  }

  /// Weighs a document for all targets, with what its fields add.
  ///
  /// - Parameter firstField: the index of the model's first field in ``DocumentLine/fields``.
  /// - Throws: ``InvalidLine`` if a field has no number, or a sum is too large.
  mutating func weigh(
    _ text: Span<UInt8>, of line: DocumentLine, firstField: Int
  ) throws(InvalidLine) -> DocumentSize {
    let size = weigh(text)
    guard let addition = model.addition else { return size }
    var values: [Double] = []
    for (index, term) in addition.scales.terms.enumerated() {
      values.append(try line.fields[firstField + index].double(of: term.field))
    }
    for target in weights.indices {
      weights[target].logWeight += addition.scales.sum(
        of: values, deviation: addition.deviations[target])
      guard weights[target].logWeight.isFinite else {
        throw InvalidLine.additionTooLarge(paths: addition.scales.terms.map(\.field))
      }
    }
    return size
  }

  /// Weighs a document of a sample for all targets, by its text alone.
  mutating func weigh(_ member: FieldSample.Member) {
    let noText: [UInt8] = []
    for index in scorers.indices { scorers[index].begin(noText.span) }
    var start = 0
    for order in 1...model.features.maximumOrder {
      let end = start + max(0, member.tokenCount - order + 1)
      let ids = member.features.span.extracting(start..<end)
      for index in scorers.indices { scorers[index].add(ids, order: order) }
      start = end
    }
    finish(tokenCount: member.tokenCount)
  }

  /// Weighs a document for all targets, by its text alone.
  ///
  /// ``subscript(_:)`` gives the weights, until the next document.
  ///
  /// - Complexity: O(*n*) for *n* bytes, per target and component.
  mutating func weigh(_ text: Span<UInt8>) -> DocumentSize {
    for index in scorers.indices { scorers[index].begin(text) }
    featurizer.begin()
    exclusion?.begin()
    while nextBlock(of: text) {
      for order in 1...model.features.maximumOrder {
        let ids = featurizer.features(order: order)
        for index in scorers.indices { scorers[index].add(ids, order: order) }
      }
    }
    return finish(tokenCount: featurizer.tokenCount)
  }

  /// Adds up the contributions of a document.
  @discardableResult
  private mutating func finish(tokenCount: Int) -> DocumentSize {
    let size = DocumentSize(
      tokenCount: tokenCount, featureCount: model.features.featureCount(tokenCount: tokenCount),
      length: model.features.documentLength(tokenCount: tokenCount))
    for index in scorers.indices { contributions[index] = scorers[index].contribution(of: size) }
    for target in weights.indices { weights[target] = sum(target) }
    return size
  }

  private mutating func nextBlock(of text: Span<UInt8>) -> Bool {
    if exclusion != nil, featurizer.isFull { exclusion?.add(featurizer.heldHashes) }
    return featurizer.nextBlock(of: text)
  }

  /// The sum of a target's contributions, in the order of the components.
  ///
  /// Another order could change its last bits.
  private func sum(_ target: Int) -> DocumentWeight {
    let first = target * model.components.count
    var weight = DocumentWeight(logWeight: contributions[first])
    for index in (first + 1)..<(first + model.components.count) {
      weight.logWeight += contributions[index]
    }
    if let placeThatDrawsAlone { weight.logOdds = contributions[first + placeThatDrawsAlone] }
    return weight
  }

  /// The weight of the document that was weighed last, for a target.
  subscript(target: Int) -> DocumentWeight { weights[target] }

  /// The largest of the weights for any target.
  var largestLogWeight: Double {
    weights.dropFirst().reduce(weights[0].logWeight) { max($0, $1.logWeight) }
  }

  /// The terms of that weight, one per component.
  ///
  /// - Complexity: O(*n*) for *n* components.
  func contributions(target: Int) -> [Double] {
    let count = model.components.count
    return Array(contributions[(target * count)..<((target + 1) * count)])
  }

  /// The log weight of one document for one target.
  mutating func logWeight(of text: Span<UInt8>, target: Int) -> Double {
    _ = weigh(text)
    return self[target].logWeight
  }

  /// Why the document that was weighed last is excluded; nil if it isn't.
  mutating func exclusionMatch(_ text: Span<UInt8>, textHash: UInt64) -> ExclusionMatch? {
    guard
      let match = exclusion?.match(
        text, textHash: textHash, lastHashes: featurizer.heldHashes)
    else { return nil }
    return match
  }

  /// Counts for ``count(_:in:)``, one per target, folded for divergences.
  var emptyCounts: [FeatureCounts] {
    model.targets.map { _ in Divergence.emptyCounts(bucketCount: model.features.bucketCount) }
  }

  /// Counts the document's features and tokens.
  mutating func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {
    counts.addDocument(text, featurizer: &featurizer)
  }
}
