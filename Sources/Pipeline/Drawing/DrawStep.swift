internal import Featurizing
internal import Files
internal import Platform
internal import Reading
internal import Resampling
internal import Weighting

/// Gives every document of the pool its weights and keys, and keeps those that may be drawn.
///
/// The same pass draws and counts a random baseline, in which every eligible document has the same
/// probability.
struct DrawStep {
  var workers: DocumentWorkers
  var plan: DrawPlan
  /// The divisors of log weights, one per target.
  var temperatures: [Double]
  /// The probability that a document is in the random baseline.
  var randomRate = 0.0
  var randomSeed: UInt64 = 0
  /// Empty counts for the features of the random baseline.
  var emptyCounts = FeatureCounts(bucketCount: 0)
  /// The index of the stratum in ``DocumentLine/fields``; nil without strata.
  var stratumField: Int?
  /// Takes the log weights of all eligible documents; nil if they aren't kept.
  var weightSpool: WeightSpool?
  /// Keeps the records of documents that may be drawn; nil if nothing would be gained.
  var keeping: Keeping?

  struct Outcome: Sendable {
    var eligible = EligibleDocuments()
    /// The eligible documents by shard, up to the last shard that has any.
    var eligibleOfShards: [EligibleDocuments] = []
    var underMinimumCount = 0
    /// The number of documents with too many tokens, by shard, up to the last one that has any.
    var overMaximumCounts: [Int] = []
    /// The number of eligible documents whose log weights are too small for every target, by shard.
    var underWeightCounts: [Int] = []
    /// The eligible documents by the groups of the plan, up to the last that has any; empty without
    /// strata.
    var eligibleOfGroups: [EligibleDocuments] = []
    /// The number of documents outside all strata that are drawn from.
    var outsideCount = 0
    /// The number of documents of a possible length with numbers that aren't drawn from.
    var outsideWindowCount = 0
    /// The number of tokens in all documents.
    var tokenCount = 0
    /// The same, as they were counted, if a field has other numbers.
    var countedTokenCount = 0
    var spreads: [WeightSpread]
    /// Folded to the buckets of divergences.
    var randomBaseline: FeatureCounts

    /// The number of documents that may be drawn.
    var eligibleCount: Int { eligible.documentCount }
    var underWeightCount: Int { underWeightCounts.reduce(0, +) }
    var overMaximumCount: Int { overMaximumCounts.reduce(0, +) }

    mutating func merge(_ other: Outcome) {
      eligible.merge(other.eligible)
      Self.add(other.eligibleOfShards, to: &eligibleOfShards)
      Self.add(other.eligibleOfGroups, to: &eligibleOfGroups)
      Self.add(other.overMaximumCounts, to: &overMaximumCounts)
      Self.add(other.underWeightCounts, to: &underWeightCounts)
      underMinimumCount += other.underMinimumCount
      outsideCount += other.outsideCount
      outsideWindowCount += other.outsideWindowCount
      tokenCount += other.tokenCount
      countedTokenCount += other.countedTokenCount
      for target in spreads.indices { spreads[target].merge(other.spreads[target]) }
      randomBaseline.merge(other.randomBaseline)
    }

    private static func add(_ counts: [Int], to sums: inout [Int]) {
      for (shard, count) in counts.enumerated() where count > 0 { add(count, to: shard, &sums) }
    }

    private static func add(_ count: Int, to shard: Int, _ counts: inout [Int]) {
      let missing = shard + 1 - counts.count
      if missing > 0 { counts += Array(repeating: 0, count: missing) }
      counts[shard] += count
    }

    private static func add(
      _ documents: [EligibleDocuments], to sums: inout [EligibleDocuments]
    ) {
      for (place, some) in documents.enumerated() where some.documentCount > 0 {
        add(some, to: place, &sums)
      }
    }

    private static func add(
      _ documents: EligibleDocuments, to place: Int, _ sums: inout [EligibleDocuments]
    ) {
      let missing = place + 1 - sums.count
      if missing > 0 { sums += Array(repeating: EligibleDocuments(), count: missing) }
      sums[place].merge(documents)
    }

    /// - Parameter groups: the groups of strata that may draw the document.
    fileprivate mutating func countEligible(_ document: WeighedDocument, ofGroups groups: [Int]) {
      var one = EligibleDocuments()
      one.documentCount = 1
      one.tokenCount = document.size.tokenCount
      one.byteCount = Candidate.byteCost(
        lineByteCount: document.lineByteCount, textByteCount: document.textByteCount)
      eligible.merge(one)
      for group in groups { Self.add(one, to: group, &eligibleOfGroups) }
      Self.add(one, to: document.position.shard, &eligibleOfShards)
    }

    mutating func countUnderWeight(ofShard shard: Int) {
      Self.add(1, to: shard, &underWeightCounts)
    }

    mutating func countOverMaximum(ofShard shard: Int) {
      Self.add(1, to: shard, &overMaximumCounts)
    }
  }

  /// - Parameters:
  ///   - buffers: the candidates so far, to which those of the shards are added.
  ///   - excluded: the same for documents that are excluded.
  /// - Throws: ``PipelineError``
  func run<Reader: WeightReader & ~Copyable>(
    _ shards: [Shard], into buffers: inout DrawBuffers, _ excluded: inout ExcludedBuffers,
    makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> (Outcome, PassReport) {
    let shared = SharedBuffers(buffers, excluded)
    let (results, report) = try workers.run(shards) { [self] in
      try Weigher(self, shared, makeReader())
    }
    (buffers, excluded) = shared.take()
    var outcome = results[0]
    for result in results.dropFirst() { outcome.merge(result) }
    return (outcome, report)
  }

  /// The candidates of all workers.
  ///
  /// Workers share one buffer, so that memory doesn't depend on the number of threads. They add to
  /// it once per chunk.
  private final class SharedBuffers: Sendable {
    private struct Kept {
      var drawable: DrawBuffers
      var excluded: ExcludedBuffers
    }

    /// The keys that candidates must reach.
    struct Thresholds {
      var drawable: DrawBuffers.Thresholds
      var excluded: DrawBuffers.Thresholds
    }

    private let kept: Lock<Kept>

    init(_ buffers: DrawBuffers, _ excluded: ExcludedBuffers) {
      kept = Lock(Kept(drawable: buffers, excluded: excluded))
    }

    var thresholds: Thresholds { kept.withLock { Self.thresholds($0) } }

    private static func thresholds(_ kept: Kept) -> Thresholds {
      Thresholds(drawable: kept.drawable.thresholds, excluded: kept.excluded.thresholds)
    }

    /// Adds a chunk's candidates, and returns the new thresholds.
    func add(
      _ chunk: [DrawBuffers.Entry], excluded: [ExcludedBuffers.Entry]
    ) -> Thresholds {
      kept.withLock { kept in
        kept.drawable.add(chunk)
        if !excluded.isEmpty { kept.excluded.add(excluded) }
        return Self.thresholds(kept)
      }
    }

    /// Takes the candidates out.
    func take() -> (DrawBuffers, ExcludedBuffers) {
      kept.withLock { kept in
        let plan = DrawPlan(groups: [], keepsDuplicates: false, lengths: LengthRange(minimum: 0))
        var empty = Kept(drawable: DrawBuffers(plan), excluded: ExcludedBuffers(plan))
        swap(&empty, &kept)
        return (empty.drawable, empty.excluded)
      }
    }
  }

  private struct Weigher<Reader: WeightReader & ~Copyable>: DocumentConsumer, ~Copyable {
    private let shared: SharedBuffers
    private let plan: DrawPlan
    private let groups: StratumGroups
    private let temperatures: [Double]
    /// The random baseline, which the draw is compared with.
    private let arm: RandomDocuments
    private var reader: Reader
    private var outcome: Outcome
    private var ofChunk: [DrawBuffers.Entry] = []
    private var excludedOfChunk: [ExcludedBuffers.Entry] = []
    private var thresholds: SharedBuffers.Thresholds
    private var exclusion = Exclusion.unknown
    private let weightSpool: WeightSpool?
    private var weightsOfChunk: [Double] = []
    private var keeper: CandidateKeeper

    /// Whether the current document is excluded, which is only found out if it may be drawn.
    private enum Exclusion {
      case unknown, none
      case found(ExclusionMatch)
    }

    init(_ step: DrawStep, _ shared: SharedBuffers, _ reader: consuming Reader) {
      self.shared = shared
      plan = step.plan
      groups = StratumGroups(step.plan, field: step.stratumField)
      temperatures = step.temperatures
      weightSpool = step.weightSpool
      keeper = CandidateKeeper(step.keeping, step.plan)
      arm = RandomDocuments(
        seed: step.randomSeed, purpose: .randomBaseline, rate: step.randomRate)
      self.reader = reader
      outcome = Outcome(
        spreads: step.temperatures.map { _ in WeightSpread() }, randomBaseline: step.emptyCounts)
      thresholds = shared.thresholds
    }

    func keeps(_ place: RecordPlace) -> Bool { keeper.keeps(place) }

    mutating func keep(_ record: Span<UInt8>, at position: Position) {
      keeper.keep(record, at: position)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let document = try reader.read(text, of: line)
      try checkWeights()
      outcome.tokenCount += document.size.tokenCount
      outcome.countedTokenCount += document.countedTokens ?? document.size.tokenCount
      guard plan.lengths.contains(document.size.length) else {
        if plan.lengths.isAbove(document.size.length) {
          outcome.countOverMaximum(ofShard: document.position.shard)
        } else {
          outcome.underMinimumCount += 1
        }
        return
      }
      guard !document.isOutsideWindows else {
        outcome.outsideWindowCount += 1
        return
      }
      let groups = groups.groups(of: line)
      guard !groups.isEmpty else {
        outcome.outsideCount += 1
        return
      }
      outcome.countEligible(document, ofGroups: plan.strata.isEmpty ? [] : groups)
      for target in temperatures.indices {
        let logWeight = reader.weight(target).logWeight
        let scaled = logWeight / temperatures[target]
        outcome.spreads[target].effectiveSampleSize.add(logWeight: scaled)
        outcome.spreads[target].correlation.add(
          logWeight: logWeight, length: document.size.tokenCount)
        outcome.spreads[target].histogram.add(scaled)
        if weightSpool != nil { weightsOfChunk.append(logWeight) }
      }
      if arm.contains(document.textHash) { reader.count(text, in: &outcome.randomBaseline) }
      if plan.limitsWeights,
        !temperatures.indices.contains(where: { mayDraw(target: $0) })
      {
        outcome.countUnderWeight(ofShard: document.position.shard)
      }
      exclusion = .unknown
      for group in groups { consider(document, group, text) }
    }

    /// Whether the document's weight is large enough to draw it for a target, or at random (nil).
    private func mayDraw(target: Int?) -> Bool {
      guard plan.limitsWeights, let target else { return true }
      return plan.mayDraw(reader.weight(target).logWeight, target: target)
    }

    /// Checks that weights over temperatures are numbers, as statistics and keys require.
    private func checkWeights() throws(InvalidLine) {
      for (target, temperature) in temperatures.enumerated() {
        let weight = reader.weight(target)
        guard (weight.logWeight / temperature).isFinite else {
          throw .weightTooLarge(weight: weight.logWeight, temperature: temperature)
        }
        let second = temperature * DrawSettings.logisticTemperature
        guard (weight.logOdds / second).isFinite else {
          throw .weightTooLarge(weight: weight.logOdds, temperature: second)
        }
      }
    }

    private mutating func consider(
      _ document: WeighedDocument, _ group: Int, _ text: Span<UInt8>
    ) {
      let identity = plan.identity(textHash: document.textHash, position: document.position)
      let arms = plan.groups[group].arms
      if plan.groups[group].isParted {
        guard mayDraw(target: arms[0].target) else { return }
        let key = key(arms[0], identity)
        let secondKey = arms.count > 1 ? self.key(arms[1], identity) : 0
        admit(group, 0, candidate(document, key: key, secondKey: secondKey), text)
      } else {
        for arm in arms.indices where mayDraw(target: arms[arm].target) {
          let key = key(arms[arm], identity)
          admit(group, arm, candidate(document, key: key, secondKey: 0), text)
        }
      }
    }

    private func key(_ arm: DrawPlan.Arm, _ identity: UInt64) -> Double {
      arm.key(of: arm.target.map { reader.weight($0) } ?? DocumentWeight(), identity: identity)
    }

    private func candidate(
      _ document: WeighedDocument, key: Double, secondKey: Double
    ) -> Candidate {
      Candidate(
        key: key, secondKey: secondKey, textHash: document.textHash, position: document.position,
        lineByteCount: document.lineByteCount, textByteCount: document.textByteCount,
        tokenCount: document.size.tokenCount)
    }

    private mutating func admit(
      _ group: Int, _ arm: Int, _ candidate: Candidate, _ text: Span<UInt8>
    ) {
      let entry = DrawBuffers.Entry(group: group, arm: arm, candidate: candidate)
      guard thresholds.drawable.admit(entry) else { return }
      if case .unknown = exclusion {
        exclusion =
          reader.exclusionMatch(text, textHash: candidate.textHash).map { .found($0) } ?? .none
      }
      guard case .found(let match) = exclusion else {
        ofChunk.append(entry)
        keeper.add(candidate, of: plan.groups[group].arms[arm])
        return
      }
      guard thresholds.excluded.admit(entry) else { return }
      excludedOfChunk.append(ExcludedBuffers.Entry(entry: entry, match: match))
    }

    mutating func endChunk(_ number: Int) throws {
      try weightSpool?.add(weightsOfChunk)
      weightsOfChunk.removeAll(keepingCapacity: true)
      thresholds = shared.add(ofChunk, excluded: excludedOfChunk)
      ofChunk.removeAll(keepingCapacity: true)
      excludedOfChunk.removeAll(keepingCapacity: true)
      keeper.endChunk()
    }

    consuming func finish() -> Outcome { outcome }
  }
}
