internal import Choosing
internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// What the first documents of some shards tell about a whole pool, before any pass over it.
///
/// A pass takes hours for a large pool, and this takes milliseconds. The size of the pool's text is
/// that of its files, times the ratio of text to stored bytes in what was read.
struct PoolSample {
  /// The size of all shards as they are stored.
  private let storedByteCount: Int
  /// The stored bytes that were read, and their text.
  private var readStoredCount = 0
  private var readByteCount = 0
  /// The lines that were read, and the eligible documents among them.
  private var documentCount = 0
  private var eligible = EligibleDocuments()
  /// The words of the eligible documents' records, by target.
  private var wordCounts: [Int]
  /// The same records as compact bytes: see ``FeatureBytes``.
  private var byteCounts: [Int]

  /// How a sample is read.
  struct Settings {
    var features: FeatureSettings
    /// The lengths of eligible documents.
    var lengths: LengthRange
    var reading: ReadingSettings
    /// The number of chunks, over all shards.
    var chunkCount = 16
  }

  /// Reads the first chunks of shards that are evenly spaced.
  ///
  /// Faults of shards are left to the pass that reads them whole.
  ///
  /// - Parameter shards: all shards of the pool. They can be read again.
  init(_ shards: [Shard], _ profiles: [TargetProfile], _ settings: Settings) {
    storedByteCount = shards.reduce(0) { $0 + $1.status.byteCount }
    wordCounts = profiles.map { _ in 0 }
    byteCounts = wordCounts
    guard !shards.isEmpty else { return }
    let sampled = min(shards.count, settings.chunkCount)
    var reader = Reader(profiles, settings)
    for number in 0..<sampled {
      let shard = shards[number * shards.count / sampled]
      read(shard, upTo: settings.chunkCount / sampled, &reader, settings)
    }
  }

  private mutating func read(
    _ shard: Shard, upTo chunkCount: Int, _ reader: inout Reader, _ settings: Settings
  ) {
    let request = DocumentRequest(textField: settings.reading.textField)
    do throws(ReadingError) {
      var scan = try RecordScan(shard, number: 0, request, settings.reading.limits)
      var (chunk, byteCount) = (0, 0)
      while chunk < chunkCount, try scan.nextChunk() {
        chunk += 1
        byteCount += scan.chunkByteCount
        while let record = try scan.next() { add(record, of: &scan, &reader, settings) }
      }
      readByteCount += byteCount
      readStoredCount += scan.storedByteCount
    } catch {
      // The pass over the whole shard will find it, and say where.
    }
  }

  private mutating func add(
    _ record: Record, of scan: inout RecordScan, _ reader: inout Reader, _ settings: Settings
  ) {
    documentCount += 1
    var found = Sizes()
    do {
      try scan.withText { text, _ in found = reader.read(text) }
    } catch {
      // An invalid line.
      return
    }
    let length = settings.features.documentLength(tokenCount: found.tokenCount)
    guard settings.lengths.contains(length) else { return }
    eligible.documentCount += 1
    eligible.tokenCount += found.tokenCount
    eligible.byteCount += record.byteCount + 1
    for (target, count) in found.words.enumerated() { wordCounts[target] += count }
    for (target, count) in found.bytes.enumerated() { byteCounts[target] += count }
  }

  /// The sizes of a document: its tokens, and its record for each target.
  private struct Sizes {
    var tokenCount = 0
    var words: [Int] = []
    var bytes: [Int] = []
  }

  /// Finds the sizes of records.
  private struct Reader: ~Copyable {
    private final class Target {
      var collector: FeatureCollector
      init(_ profile: TargetProfile) { collector = FeatureCollector(profile) }
    }

    private var featurizer: Featurizer
    private let maximumOrder: Int
    private let targets: [Target]
    private var words: [UInt32] = []

    init(_ profiles: [TargetProfile], _ settings: Settings) {
      featurizer = Featurizer(settings.features, tables: UnicodeTables())
      maximumOrder = settings.features.maximumOrder
      targets = profiles.map { Target($0) }
    }

    mutating func read(_ text: Span<UInt8>) -> Sizes {
      var sizes = Sizes()
      for target in targets {
        words.removeAll(keepingCapacity: true)
        target.collector.add(text, candidate: 0, by: &featurizer, maximumOrder, into: &words)
        sizes.words.append(words.count)
        let record = CandidateRecord(in: words.span, at: 0)
        sizes.bytes.append(FeatureBytes.encode(record, in: words.span).count)
      }
      sizes.tokenCount = featurizer.tokenCount
      return sizes
    }
  }

  // MARK: Estimates

  /// The documents of the whole pool, about.
  var poolDocumentCount: Int { scaled(documentCount) }

  private func scaled(_ count: Int) -> Int {
    Int((Double(count) * factor).rounded(.down))
  }

  /// How many samples make the pool.
  private var factor: Double {
    guard readByteCount > 0 else { return 0 }
    // Read-ahead makes plain files seem to have less text than bytes.
    let ratio = max(1, Double(readByteCount) / Double(max(1, readStoredCount)))
    return max(1, Double(storedByteCount) * ratio / Double(readByteCount))
  }

  /// The words of the candidates' records, about: the most of any target.
  ///
  /// Candidates resemble the target, so they have more n-grams of it than the pool's documents on
  /// average, which are counted here. The estimate is therefore rather too small than too large.
  ///
  /// - Parameters:
  ///   - budget: of the selection.
  ///   - shares: of what isn't replay, by target.
  ///   - replay: the share of the selection that is drawn at random.
  func wordCount(_ budget: Budget, shares: [Double], replay: Double = 0) -> Int {
    let whole = eligible.scaled(by: factor)
    let all = budget.whole(of: whole)
    // If everything is selected, nothing is chosen.
    guard all > budget.amount else { return 0 }
    let candidates = CandidateBudget.budget(for: budget, eligible: whole)
    let part = (1 - replay) * min(1, Double(candidates.amount) / Double(max(1, all)))
    let counts = zip(wordCounts, shares).map { Double($0) * factor * part * $1 }
    return Int((counts.max() ?? 0).rounded(.down))
  }
  /// The compact bytes of the features of documents that are kept for the first target, about.
  ///
  /// - Parameter kept: the budget of these documents.
  func byteCount(_ kept: Budget) -> Int {
    let all = kept.whole(of: eligible.scaled(by: factor))
    let part = min(1, Double(kept.amount) / Double(max(1, all)))
    return Int((Double(byteCounts[0]) * factor * part).rounded(.down))
  }
}
