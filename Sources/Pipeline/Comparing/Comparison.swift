internal import Featurizing
package import Files
internal import Reading
internal import Weighting

/// The result of `dsel compare`, which is equal for equal inputs and settings.
package struct Comparison: Encodable, Sendable {
  package struct Settings: Encodable, Sendable {
    package var textField: String
    /// The field of the target's text, if it is another one.
    package var targetTextField: String?
    /// What joins the parts of a text, if that isn't a newline.
    package var textJoin: String?
    package var domainField: String?
    /// The number of tokens that models are trained on, or `least` or `all`.
    package var heldoutTokens: String?
    package var shuffles: Int?
    package var tokenizer: String
    package var unicodeVersion: String
    package var ngrams: Int
    package var buckets: Int
    package var hashing: String
    /// The number of buckets for divergences, to which the others are folded.
    package var divergenceBuckets: Int
    package var onError: String
    package var maxLineBytes: Int
    package var maxWindow: Int
  }

  /// Percentiles of the number of tokens in a document.
  ///
  /// A percentile is the smallest number that this percentage of the documents doesn't exceed. It
  /// is exact up to 4,095 tokens, and at most 1/2,048 too small beyond. The minimum and the maximum
  /// are exact.
  package struct Lengths: Encodable, Sendable {
    package var min: Int
    package var p5: Int
    package var p25: Int
    package var p50: Int
    package var p75: Int
    package var p95: Int
    package var max: Int
  }

  package struct Side: Encodable, Sendable {
    package var inputs: [InputRecord]
    package var documents: Int
    package var tokens: Int
    package var features: Int
    /// The size of the documents' lines, line ends included.
    package var bytes: Int
    package var emptyBuckets: Int
    package var skippedLines: [ExactString: Int]
    /// The fields of the text that no document has; nil if there are none.
    package var missingFields: [String]?
    /// The number of documents with a target's text, for the selection and the pool only.
    ///
    /// It is scaled up if the target has more than a million texts.
    package var targetDocuments: Int?
    /// Left out if there are no documents, which is possible only for a random baseline.
    package var tokensPerDocument: Lengths?
  }

  /// Documents of one domain, and their share of the side's documents.
  package struct DomainShare: Encodable, Sendable {
    package var documents: Int
    package var share: Double
  }

  /// One domain, on all sides of the comparison.
  package struct Domain: Encodable, Sendable {
    /// Left out for rows that aren't a single domain.
    package var domain: String?
    package var target: DomainShare
    package var selected: DomainShare
    package var pool: DomainShare?
    package var randomArm: DomainShare?
  }

  package struct Domains: Encodable, Sendable {
    /// Sorted by the selection's share, then the pool's, then the target's, then by name.
    package var table: [Domain]
    /// Documents whose field is missing, null, an object or an array.
    package var noDomain: Domain
    /// Domains beyond the limit, which aren't counted one by one.
    package var others: Domain
    /// The largest number of domains that are counted one by one.
    package var limit: Int
  }

  package var dselVersion: String
  package var command = "compare"
  package var seed: UInt64
  package var settings: Settings
  package var target: Side
  package var selected: Side
  package var pool: Side?
  /// Random documents of the pool, with about as many tokens as the selection.
  ///
  /// Every document has the same probability.
  package var randomArm: Side?
  /// KL divergences in nats: see ``Divergence``.
  package var klTargetSelected: Double?
  package var klTargetPool: Double?
  package var klTargetRandom: Double?
  /// How much nearer the selection is to the target than a random one, and than the whole pool.
  package var klReduction: Double?
  package var klReductionFromPool: Double?
  /// The share of the target's features whose buckets aren't empty in the selection.
  ///
  /// The next two are the same for the pool and for the random baseline.
  package var coverageSelected: Double
  package var coveragePool: Double?
  package var coverageRandom: Double?
  package var domains: Domains?
  package var heldout: HeldoutRecord?
}

extension Comparison.Settings {
  init(_ settings: CompareSettings) {
    self.init(
      textField: settings.reading.textField.expression,
      targetTextField: settings.targetTextField?.expression,
      textJoin: settings.reading.textField.otherJoint ?? settings.targetTextField?.otherJoint,
      domainField: settings.domainField,
      heldoutTokens: settings.heldout?.limit.name, shuffles: settings.heldout?.shuffleCount,
      tokenizer: settings.features.tokenizer.rawValue, unicodeVersion: UnicodeTables.version,
      ngrams: settings.features.maximumOrder, buckets: settings.features.bucketCount,
      hashing: settings.features.hashing.rawValue,
      divergenceBuckets: min(settings.features.bucketCount, Divergence.bucketCount),
      onError: settings.reading.errorPolicy == .skip ? "skip" : "fail",
      maxLineBytes: settings.reading.limits.maximumLine,
      maxWindow: settings.reading.limits.maximumWindow)
  }
}

extension Comparison.Side {
  init(_ outcome: CompareStep.Outcome, _ report: PassReport) {
    let side = SideRecord(outcome.counts, report)
    self.init(
      inputs: side.inputs, documents: side.fittedDocuments, tokens: side.tokens,
      features: side.features,
      bytes: outcome.byteCount, emptyBuckets: side.emptyBuckets,
      skippedLines: side.skippedLines, missingFields: side.missingFields,
      targetDocuments: outcome.knownCount,
      tokensPerDocument: .init(outcome.lengths))
  }
}

extension Comparison.Lengths {
  init?(_ lengths: LengthHistogram) {
    let quantiles = [0, 5, 25, 50, 75, 95, 100].compactMap { lengths.quantile(percent: $0) }
    guard quantiles.count == 7 else { return nil }
    self.init(
      min: quantiles[0], p5: quantiles[1], p25: quantiles[2], p50: quantiles[3], p75: quantiles[4],
      p95: quantiles[5], max: quantiles[6])
  }
}

extension Comparison.Domains {
  typealias Counted = (counts: DomainCounts, documentCount: Int)

  init(target: Counted, selected: Counted, pool: Counted?, random: Counted?) {
    // A domain is listed only if every side counted it alone.
    let threshold = [target, selected, pool, random].compactMap { $0?.counts.threshold }.min()
    let sides = [target, selected, pool, random].map { side in
      side.map { side in
        var counts = side.counts
        counts.restrict(to: threshold ?? .max)
        return (counts: counts, documentCount: side.documentCount)
      }
    }
    func row(_ name: [UInt8]?, _ count: (DomainCounts) -> Int) -> Comparison.Domain {
      let shares = sides.map { side in
        side.map { side in
          let documents = count(side.counts)
          return Comparison.DomainShare(
            documents: documents, share: Double(documents) / Double(max(1, side.documentCount)))
        }
      }
      let none = Comparison.DomainShare(documents: 0, share: 0)
      return Comparison.Domain(
        domain: name.map { String(decoding: $0, as: UTF8.self) }, target: shares[0] ?? none,
        selected: shares[1] ?? none, pool: shares[2],
        randomArm: shares[3])
    }
    let names = Set(sides.flatMap { $0?.counts.names ?? [] })
    table = names.map { name in row(name) { $0[name] } }.sorted { $0.precedes($1) }
    noDomain = row(nil) { $0.withoutCount }
    others = row(nil) { $0.otherCount }
    limit = DomainCounts.capacity
  }
}

extension Comparison.Domain {
  fileprivate func precedes(_ other: Comparison.Domain) -> Bool {
    let counts = { (domain: Comparison.Domain) in
      (domain.selected.documents, domain.pool?.documents ?? 0, domain.target.documents)
    }
    if counts(self) != counts(other) { return counts(self) > counts(other) }
    // Compare bytes, so that the order is the same in every language.
    return Array((domain ?? "").utf8).lexicographicallyPrecedes(Array((other.domain ?? "").utf8))
  }
}
