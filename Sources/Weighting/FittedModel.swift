package import Featurizing
internal import Files
package import Reading

/// What `dsel fit` learns from documents and writes to a file. Counts are exact, so merged files
/// equal one fit of all their documents.
///
/// The file is one JSON object, described in `Documentation/Models.md`.
package struct FittedModel: Sendable, Equatable {
  package static let format = "dsel-model"
  /// Raised when older readers would misread a file. Older versions stay readable.
  package static let newestVersion = 2
  /// The version of this file: older readers take counts of a share of the documents for all.
  var version: Int { fittedShare < 1 ? 2 : 1 }

  /// The largest sums that are read and written. Adding two of them can't overflow.
  package static let largestCount = 1 << 56
  /// The number of shards that a pool may have.
  package static let mostInputs = 1 << 20
  /// Bytes of a path as it is written, escapes included: six times Linux's PATH_MAX.
  package static let longestPath = 6 * 4096
  /// Bytes of all paths of a file, which are held in memory.
  package static let mostPathBytes = 64 << 20

  /// A file that was fitted.
  package struct Input: Sendable, Equatable, Hashable {
    package var path: String
    package var byteCount: Int
    package var documentCount: Int
    /// XXH3-64 of the stored bytes.
    package var contentHash: UInt64

    package init(path: String, byteCount: Int, documentCount: Int, contentHash: UInt64) {
      self.path = path
      self.byteCount = byteCount
      self.documentCount = documentCount
      self.contentHash = contentHash
    }

    /// The order in which a file lists inputs, whatever the order in which they were fitted or
    /// merged.
    package func precedes(_ other: Input) -> Bool {
      (ExactString(path), contentHash, byteCount, documentCount)
        < (ExactString(other.path), other.contentHash, other.byteCount, other.documentCount)
    }

    /// A file's content, judged by hash and size, wherever the file is.
    package struct Content: Sendable, Hashable {
      package var byteCount: Int
      package var hash: UInt64
    }

    package var content: Content { Content(byteCount: byteCount, hash: contentHash) }

    package func hasSameContent(as other: Input) -> Bool { content == other.content }
  }

  package var settings: FeatureSettings
  package var counts: FeatureCounts
  /// Shorter documents are not eligible.
  package var minimumLength: Int
  package var eligible: EligibleDocuments
  package var inputs: [Input]
  /// The documents that weight components are trained on; nil if none were kept.
  package var sample: DocumentSample?
  /// XXH3-64 of the documents' texts, sorted and without repeats; nil if they weren't kept.
  package var texts: [UInt64]?

  /// The share of the inputs' documents that was counted and sampled, chosen by their texts.
  package var fittedShare = 1.0

  /// The number of documents in the inputs, counted or not.
  package var inputDocumentCount: Int {
    fittedShare < 1 ? inputs.reduce(0) { $0 + $1.documentCount } : counts.documentCount
  }

  /// Documents with the numbers in some fields, trimmed; nil if none were kept.
  package var fieldSample: FieldSample?

  /// - Parameter sample: trimmed.
  package init(
    settings: FeatureSettings, counts: FeatureCounts, minimumLength: Int,
    eligible: EligibleDocuments, inputs: [Input], sample: DocumentSample?
  ) {
    self.settings = settings
    self.counts = counts
    self.minimumLength = minimumLength
    self.eligible = eligible
    self.inputs = inputs.sorted { $0.precedes($1) }
    self.sample = sample
  }

  /// A setting in which two models differ, though they must agree in it to be merged, or to be
  /// weighed against each other. The first value is this model's, the second the other's.
  package enum Mismatch: Error, Equatable {
    case hashing(FeatureHashing, FeatureHashing)
    case tokenizer(TokenizerKind, TokenizerKind)
    case maximumOrder(Int, Int)
    case bucketCount(Int, Int)
    case minimumLength(Int, Int)
    /// Only one of them has a sample.
    case sample(isInFirst: Bool)
    /// Only one of them has the hashes of its texts.
    case texts(isInFirst: Bool)
    /// The shares of documents that were counted.
    case fittedShare(Double, Double)
    /// The fields whose numbers they keep.
    case fields([String], [String])
  }

  /// - Throws: ``Mismatch`` if a feature id means something else in the other model.
  package func checkFeatures(match other: FittedModel) throws(Mismatch) {
    try Self.checkFeatures(settings, match: other.settings)
  }

  /// - Throws: ``Mismatch`` if features of the two can't be compared.
  package static func checkFeatures(
    _ mine: FeatureSettings, match others: FeatureSettings
  ) throws(Mismatch) {
    guard mine.hashing == others.hashing else { throw .hashing(mine.hashing, others.hashing) }
    guard mine.tokenizer == others.tokenizer else {
      throw .tokenizer(mine.tokenizer, others.tokenizer)
    }
    guard mine.maximumOrder == others.maximumOrder else {
      throw .maximumOrder(mine.maximumOrder, others.maximumOrder)
    }
    guard mine.bucketCount == others.bucketCount else {
      throw .bucketCount(mine.bucketCount, others.bucketCount)
    }
  }

  /// - Throws: ``Mismatch`` if the two have different limits for short documents.
  package func checkMinimumLength(matches other: FittedModel) throws(Mismatch) {
    guard minimumLength == other.minimumLength else {
      throw .minimumLength(minimumLength, other.minimumLength)
    }
  }

  /// Checks that the sum is no larger than what can be read again.
  ///
  /// - Throws: ``JSONFileFault/tooLarge(_:limit:)``
  package func checkSum(with other: FittedModel) throws(JSONFileFault) {
    let sums = [
      ("counts", Int(counts.featureCount) + Int(other.counts.featureCount)),
      ("documents", counts.documentCount + other.counts.documentCount),
      ("tokens", counts.tokenCount + other.counts.tokenCount),
      ("eligible.tokens", eligible.tokenCount + other.eligible.tokenCount),
      ("eligible.bytes", eligible.byteCount + other.eligible.byteCount),
    ]
    for (name, sum) in sums where sum > Self.largestCount {
      throw .tooLarge(name, limit: Self.largestCount)
    }
    guard inputs.count + other.inputs.count <= Self.mostInputs else {
      throw .tooLarge("inputs", limit: Self.mostInputs)
    }
  }

  /// Adds what another model was fitted on. The result is exact, in any order and grouping.
  ///
  /// - Throws: ``Mismatch``; then this model is unchanged.
  /// - Complexity: O(*n*) for *n* buckets, and O(*m* log *m*) for *m* inputs and sampled documents.
  package mutating func merge(_ other: FittedModel) throws(Mismatch) {
    try checkFeatures(match: other)
    try checkMinimumLength(matches: other)
    guard (sample == nil) == (other.sample == nil) else {
      throw .sample(isInFirst: sample != nil)
    }
    guard fittedShare == other.fittedShare else {
      throw .fittedShare(fittedShare, other.fittedShare)
    }
    guard (texts == nil) == (other.texts == nil) else { throw .texts(isInFirst: texts != nil) }
    let (fields, others) = (fieldSample?.fields ?? [], other.fieldSample?.fields ?? [])
    guard fields == others else { throw .fields(fields, others) }
    counts.merge(other.counts)
    if let mine = texts, let others = other.texts { texts = Self.union(mine, others) }
    eligible.merge(other.eligible)
    if let others = other.sample { sample?.merge(others) }
    if let others = other.fieldSample { fieldSample?.merge(others) }
    inputs = (inputs + other.inputs).sorted { $0.precedes($1) }
  }
}

extension FittedModel {
  /// The hashes of both lists, which are sorted and without repeats.
  ///
  /// - Complexity: O(*n*)
  private static func union(_ one: [UInt64], _ two: [UInt64]) -> [UInt64] {
    var union: [UInt64] = []
    union.reserveCapacity(one.count + two.count)
    var (first, second) = (0, 0)
    while first < one.count || second < two.count {
      let (left, right) = (
        first < one.count ? one[first] : .max, second < two.count ? two[second] : .max
      )
      union.append(min(left, right))
      if first < one.count, left <= right { first += 1 }
      if second < two.count, right <= left { second += 1 }
    }
    return union
  }
}
