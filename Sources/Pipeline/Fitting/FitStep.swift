internal import Featurizing
internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Counts the features of all documents of a target or a pool, and samples documents.
///
/// The sample is for the regression.
struct FitStep {
  var workers: DocumentWorkers
  var features: FeatureSettings
  var tables: UnicodeTables
  /// The number of tokens that makes a document eligible.
  ///
  /// Shorter documents count, but they aren't eligible, and are sampled after all others.
  var minimumLength: Int
  /// The largest number of tokens of an eligible document; nil for no limit.
  ///
  /// Models don't depend on it: longer documents count, and are sampled like others.
  var maximumLength: Int?
  var keepsSample: Bool
  /// Whether eligible documents are also counted by the first of ``DocumentWorkers/fields``.
  var countsStrata = false
  /// Whether the features of eligible documents are also counted by stratum.
  var countsStratumFeatures = false
  /// The index in ``DocumentWorkers/fields`` of the number of a document's tokens, by which
  /// eligible documents are measured; nil for their own tokens.
  var tokensField: Int?
  /// The fields whose numbers are sampled, the last of ``DocumentWorkers/fields``.
  ///
  /// A document without one of these numbers is invalid.
  var sampledFields: [String] = []
  /// The documents that are fitted; the others are read, but not featurized. nil for all.
  var fitted: RandomDocuments?
  /// Whether the hashes of the documents' texts are kept.
  var keepsTexts = false
  /// The number of texts that are kept: see ``TextHashes``.
  var textCapacity = TextHashes.capacity
  /// The order in which documents are sampled.
  ///
  /// It doesn't depend on the draw's seed, so one model file serves every seed.
  private static let sampleHash = SeededHash(seed: 0, purpose: .sample)

  /// Fits a share of the documents: the same ones whatever the seed of the draw, and in any shard.
  mutating func fit(_ share: Double) {
    fitted = share < 1 ? RandomDocuments(seed: 0, purpose: .fitSample, rate: share) : nil
  }

  /// The outcome of fitting.
  struct Outcome: Sendable {
    var counts: FeatureCounts
    /// The sample, trimmed.
    var sample: DocumentSample?
    /// The sample of ``FitStep/sampledFields``, trimmed; nil without such fields.
    var fieldSample: FieldSample?
    var eligible = EligibleDocuments()
    /// The number of eligible documents by stratum.
    var strata: [ExactString: Int] = [:]
    /// The features of eligible documents by stratum; nil unless they are counted.
    var stratumCounts: StratumCounts?
    /// The documents' texts; empty unless they are kept.
    var texts = TextHashes()
  }

  /// The largest number of strata in a pool; more would fill the memory.
  static let mostStrata = 10_000

  /// - Throws: ``PipelineError``
  func run(_ shards: [Shard]) throws -> (Outcome, PassReport) {
    let (counts, sample) = (SharedCounts(bucketCount: features.bucketCount), SharedSample())
    let texts = TextHashes.Shared(capacity: textCapacity)
    let fields = sampledFields.isEmpty ? nil : FieldSampler.Shared(sampledFields)
    let sharedStrata =
      countsStratumFeatures ? StratumFeatures.Shared(bucketCount: features.bucketCount) : nil
    let (results, report) = try workers.run(shards) { [self] in
      var counter = Counter(self, counts, sample, texts, fields.map { FieldSampler($0, features) })
      counter.stratumFeatures = sharedStrata.map { StratumFeatures($0) }
      return counter
    }
    var outcome = try outcome(counts, sample)
    for result in results {
      outcome.eligible.merge(result.eligible)
      outcome.strata.merge(result.strata, uniquingKeysWith: +)
    }
    guard outcome.strata.count <= Self.mostStrata else {
      throw PipelineError.strata(.tooManyStrata(limit: Self.mostStrata))
    }
    outcome.fieldSample = fields?.take()
    outcome.stratumCounts = sharedStrata?.take()
    outcome.texts = texts.take()
    return (outcome, report)
  }

  /// Adds up the counts and sorts the sample, at the same time if there are two threads. Both take
  /// milliseconds, in which no other worker has anything to do.
  private func outcome(
    _ counts: SharedCounts, _ sample: SharedSample
  ) throws(PipelineError) -> Outcome {
    guard keepsSample else { return Outcome(counts: counts.take()) }
    do throws(SystemError) {
      let (sampled, counted) = try Threads.both(
        threadCount: workers.threadCount, { sample.take() }, { counts.take() })
      return Outcome(counts: counted, sample: sampled)
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
  }

  /// The counts of one worker, besides features.
  private struct Counted: Sendable {
    var eligible = EligibleDocuments()
    var strata: [ExactString: Int] = [:]
  }

  private struct Counter: DocumentConsumer, ~Copyable {
    private let step: FitStep
    private let counts: SharedCounts
    private let sample: SharedSample
    private let texts: TextHashes.Shared
    private let shift: UInt32
    /// The documents that are fitted; nil for all.
    private let fitted: RandomDocuments?
    private var featurizer: Featurizer
    private var counter: FeatureCounter
    private var counted = Counted()
    private var largestPriority = DocumentSample.Priority(bits: .max)
    /// Documents that may be in the sample, and aren't added to it yet.
    private var collected = CollectedDocuments()
    /// The hashes of the chunk's texts, if they are kept.
    private var ofChunk: [UInt64] = []
    private var fieldSampler: FieldSampler?
    var stratumFeatures: StratumFeatures?

    init(
      _ step: FitStep, _ counts: SharedCounts, _ sample: SharedSample, _ texts: TextHashes.Shared,
      _ fieldSampler: FieldSampler?
    ) {
      self.fieldSampler = fieldSampler
      self.step = step
      self.counts = counts
      self.sample = sample
      self.texts = texts
      shift = UInt32(RegressionFeatures.shift(bucketCount: step.features.bucketCount))
      fitted = step.fitted
      featurizer = Featurizer(step.features, tables: step.tables)
      counter = FeatureCounter(bucketCount: step.features.bucketCount)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      try fieldSampler?.begin(line)
      let givenTokens = try step.tokensField.map {
        try line.fields[$0].tokenCount(of: step.workers.fields[$0])
      }
      let isKnown =
        step.keepsSample || step.keepsTexts || fitted != nil || fieldSampler != nil
      let identity = isKnown ? TextHash.of(text) : 0
      if step.keepsTexts { ofChunk.append(identity) }
      if let fitted, !fitted.contains(identity) { return }
      let hash = FitStep.sampleHash(identity)
      let samples =
        step.keepsSample
        && DocumentSample.Priority(hash: hash, isShort: false) <= largestPriority
      let samplesFields = fieldSampler?.mayTake(hash) ?? false
      featurizer.begin()
      collected.dropDocument()
      stratumFeatures?.begin()
      while featurizer.nextBlock(of: text) {
        for order in 1...step.features.maximumOrder {
          let ids = featurizer.features(order: order)
          counter.add(ids)
          stratumFeatures?.add(ids)
          if samplesFields { fieldSampler?.add(ids, order: order) }
        }
        if samples { collected.add(featurizer.features(order: 1), shift: shift) }
      }
      counter.addDocument(tokenCount: featurizer.tokenCount)
      let length = step.features.documentLength(tokenCount: featurizer.tokenCount)
      let isShort = length < step.minimumLength
      if LengthRange(minimum: step.minimumLength, maximum: step.maximumLength).contains(length) {
        counted.eligible.documentCount += 1
        counted.eligible.tokenCount += givenTokens ?? featurizer.tokenCount
        counted.eligible.byteCount += line.byteCount + 1
        // One more than the limit is enough to report it.
        if step.countsStrata, counted.strata.count <= FitStep.mostStrata {
          let stratum = ExactString(line.fields[0].stratum)
          counted.strata[stratum, default: 0] += 1
          try stratumFeatures?.end(stratum)
        }
      }
      let priority = DocumentSample.Priority(hash: hash, isShort: isShort)
      if samplesFields {
        fieldSampler?.end(priority, tokenCount: featurizer.tokenCount)
      }
      if samples { endSampled(priority) }
    }

    private mutating func endSampled(_ priority: DocumentSample.Priority) {
      guard priority <= largestPriority else { return collected.dropDocument() }
      collected.endDocument(priority)
      if collected.isFull { largestPriority = sample.add(&collected) }
    }

    mutating func endChunk(_ number: Int) throws {
      try stratumFeatures?.flush()
      if step.keepsSample, let largest = sample.addIfFree(&collected) { largestPriority = largest }
      fieldSampler?.endChunk()
      if step.keepsTexts {
        texts.add(ofChunk)
        ofChunk.removeAll(keepingCapacity: true)
      }
    }

    consuming func finish() -> Counted {
      _ = sample.add(&collected)
      counts.add(counter)
      return counted
    }
  }
}

extension FeatureCounts {
  /// Counts a document and its features.
  mutating func addDocument(_ text: Span<UInt8>, featurizer: inout Featurizer) {
    let settings = featurizer.settings
    featurizer.begin()
    while featurizer.nextBlock(of: text) {
      for order in 1...settings.maximumOrder {
        add(featurizer.features(order: order), of: settings.bucketCount)
      }
    }
    addDocument(tokenCount: featurizer.tokenCount)
  }
}
