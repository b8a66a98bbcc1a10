internal import Choosing
internal import Featurizing
internal import Resampling

/// The sets that were chosen, one per target, for the gain of each of their documents.
struct SetGains: Sendable {
  struct OfTarget: Sendable {
    var table: GainTable
    var profile: TargetProfile
    /// The place of each document in the order of the set, from 1; empty unless it was asked for.
    var places: [Position: Int] = [:]
  }

  var byTarget: [Int: OfTarget] = [:]
}

/// Finds how much a set would lose without one of its documents.
struct GainReader: ~Copyable {
  private final class Target {
    var table: GainTable
    var collector: FeatureCollector
    let shareSum: Double

    init(_ set: SetGains.OfTarget) {
      table = set.table
      collector = FeatureCollector(set.profile)
      shareSum = set.profile.shareSum
    }
  }

  private let readers: [Int: Target]
  private var featurizer: Featurizer
  private let maximumOrder: Int
  private var words: [UInt32] = []

  init(_ sets: SetGains, _ features: FeatureSettings) {
    readers = sets.byTarget.mapValues { Target($0) }
    featurizer = Featurizer(features, tables: UnicodeTables())
    maximumOrder = features.maximumOrder
  }

  /// Σ p(b) ln((a + C(b)) / (a + C(b) − c(b))) / W for the document's counts c: nats per n-gram of
  /// the target.
  ///
  /// - Returns: nil if no set was chosen for this target.
  /// - Complexity: O(*n*) for *n* tokens.
  mutating func gain(of text: Span<UInt8>, target: Int) -> Double? {
    guard let target = readers[target] else { return nil }
    words.removeAll(keepingCapacity: true)
    target.collector.add(text, candidate: 0, by: &featurizer, maximumOrder, into: &words)
    let record = CandidateRecord(in: words.span, at: 0)
    return target.table.loss(without: record, in: words.span) / target.shareSum
  }
}
