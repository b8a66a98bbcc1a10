import Foundation

@testable import Compression
@testable import Featurizing
@testable import Files
@testable import Pipeline
@testable import Reading
@testable import Resampling
@testable import Weighting
@testable import Writing

/// One thing to time.
struct Stage {
  let name: String
  /// Number of keys that the stage handles; nil for a stage that goes over the corpus.
  var keyCount: Int?
  let run: () throws -> Void

  /// A row of the table.
  func row(_ times: [Double], _ corpus: Corpus) -> String {
    let (best, median) = (times.min()!, times.sorted()[times.count / 2])
    func nanoseconds(_ count: Int) -> String {
      String(format: "%.1f", median * 1e9 / Double(count))
    }
    func rate(_ seconds: Double) -> String {
      String(format: "%.0f", Double(corpus.byteCount) / 1e6 / seconds)
    }
    if let keyCount { return "| \(name) | | | | \(nanoseconds(keyCount)) |" }
    return "| \(name) | \(rate(median)) | \(rate(best)) | \(nanoseconds(corpus.tokenCount)) | "
      + "\(nanoseconds(corpus.texts.count)) |"
  }

  /// - Parameter isWanted: decides by a stage's name whether it is timed.
  static func all(
    _ corpus: Corpus, keys: (count: Int, drawn: Int), where isWanted: (String) -> Bool
  ) -> [Stage] {
    let others = [
      Stage(name: "keys", keyCount: keys.count) {
        for number in 0..<keys.count {
          let made = candidate(number)
          sink &+= made.textHash ^ made.key.bitPattern
        }
      },
      Stage(name: "candidates", keyCount: keys.count) { draw(keys.drawn, of: keys.count) },
      Stage(name: "copy") { try copy(corpus) },
    ]
    let cheap = (reading(corpus) + featurizing(corpus) + counting(corpus)).filter {
      isWanted($0.name)
    }
    return cheap + fields(corpus, where: isWanted) + weighing(corpus, where: isWanted)
      + others.filter { isWanted($0.name) }
  }

  // MARK: Reading

  private static func reading(_ corpus: Corpus) -> [Stage] {
    [Container.plain, .zstd, .gzip].map { container in
      Stage(name: "read-\(container.rawValue)") {
        try corpus.forEachLine(of: container) { _, line in sink &+= UInt64(line.count) }
      }
    } + [
      Stage(name: "json") {
        var parser = DocumentParser(textField: corpus.textField)
        try corpus.forEachLine(of: .plain) { chunk, line in
          try parser.parse(line, of: &chunk.bytes) { sink &+= UInt64($0.count) }
        }
      },
      Stage(name: "identity") {
        corpus.forEachText { sink &+= TextHash.of($0) }
      },
    ]
  }

  /// Where the same texts may be in the lines: one plain field, a list, and two fields.
  ///
  /// Their rates are of the corpus's own lines, so that they compare times of the same texts.
  private static func fields(_ corpus: Corpus, where isWanted: (String) -> Bool) -> [Stage] {
    [
      ("json-one-field", "text", 1), ("json-list", "messages[].content", 4),
      ("json-two-fields", "a,b", 2),
    ].compactMap { name, field, partCount in
      guard isWanted(name), let shard = try? corpus.rewritten(name, partCount: partCount) else {
        return nil
      }
      return Stage(name: name) {
        var parser = DocumentParser(textField: TextField(field))
        try corpus.forEachLine(of: shard) { chunk, line in
          try parser.parse(line, of: &chunk.bytes) { sink &+= UInt64($0.count) }
        }
      }
    }
  }

  // MARK: Featurizing

  private static func featurizing(_ corpus: Corpus) -> [Stage] {
    let tables = UnicodeTables()
    return [
      Stage(name: "tokens") {
        var tokenizer = Tokenizer(.words, tables: tables)
        corpus.forEachText { text in
          tokenizer.begin()
          while tokenizer.nextSegment(of: text) { sink &+= UInt64(tokenizer.tokenCount) }
        }
      },
      Stage(name: "hashes") {
        var tokenizer = Tokenizer(.words, tables: tables)
        var hasher = TokenHasher(capacity: Tokenizer.capacity)
        let hashes = UnsafeMutablePointer<UInt64>.allocate(capacity: Tokenizer.capacity)
        defer { hashes.deallocate() }
        corpus.forEachText { text in
          tokenizer.begin()
          while tokenizer.nextSegment(of: text) {
            hasher.hashTokens(of: tokenizer, into: hashes)
            sink &+= hashes[0]
          }
        }
      },
    ]
      + [10_000, 1 << 20].map { bucketCount in
        Stage(name: "features-\(bucketCount)") {
          var featurizer = Featurizer(
            FeatureSettings(bucketCount: bucketCount), tables: tables)
          corpus.forEachText { text in
            featurizer.begin()
            while featurizer.nextBlock(of: text) { sink &+= UInt64(featurizer.tokenCount) }
          }
        }
      }
  }

  // MARK: Weighting

  private static func counting(_ corpus: Corpus) -> [Stage] {
    [10_000, 1 << 20].map { bucketCount in
      Stage(name: "count-\(bucketCount)") { _ = counted(corpus, bucketCount) }
    }
  }

  private static func weighing(_ corpus: Corpus, where isWanted: (String) -> Bool) -> [Stage] {
    var stages: [Stage] = []
    for (estimator, bucketCount) in [
      (Estimator.ratio, 10_000), (.ratio, 1 << 20), (.shrunk, 1 << 20), (.blend, 10_000),
      (.blend, 1 << 20),
    ] {
      let name = "weigh-\(estimator.rawValue)-\(bucketCount)"
      guard isWanted(name) else { continue }
      let model = model(corpus, estimator, bucketCount)
      stages.append(
        Stage(name: name) {
          var weigher = DocumentWeigher(model)
          corpus.forEachText { text in
            _ = weigher.weigh(text)
            sink &+= weigher[0].logWeight.bitPattern
          }
        })
    }
    return stages
  }

  /// The counts of every n-th document's features.
  private static func counted(
    _ corpus: Corpus, _ bucketCount: Int, every step: Int = 1
  ) -> FeatureCounts {
    let settings = FeatureSettings(bucketCount: bucketCount)
    var featurizer = Featurizer(settings, tables: UnicodeTables())
    var counter = FeatureCounter(bucketCount: bucketCount)
    var number = 0
    corpus.forEachText { text in
      number += 1
      guard number % step == 0 else { return }
      featurizer.begin()
      while featurizer.nextBlock(of: text) {
        for order in 1...2 { counter.add(featurizer.features(order: order)) }
      }
      counter.addDocument(tokenCount: featurizer.tokenCount)
    }
    return FeatureCounts([FinishedCounter(counter)], bucketCount: bucketCount)
  }

  /// A model that separates every tenth document from all.
  private static func model(
    _ corpus: Corpus, _ estimator: Estimator, _ bucketCount: Int
  ) -> WeighingModel {
    let (target, pool) = (counted(corpus, bucketCount, every: 10), counted(corpus, bucketCount))
    var settings = EstimatorSettings()
    settings.kind = estimator
    settings.normalization = estimator.defaultNormalization
    let features = FeatureSettings(bucketCount: bucketCount)
    var model = WeighingModel(
      features: features, tables: UnicodeTables(), components: estimator.components)
    model.addTarget(nil, counts: target, pool: pool, settings)
    if estimator.components.needSamples {
      // The parameters' values make no difference to the time.
      let weights = (0..<RegressionFeatures.maximumBucketCount).map { Double($0 % 7) - 3 }
      let regression = LogisticRegression(LogisticModel(bias: 0, weights: weights), features)
      model.targets[0].components.merge(
        TargetComponents(
          estimator.components.map { $0 == LogisticRegression.self ? regression : nil })
      )
    }
    return model
  }

  // MARK: Drawing

  /// A document with a random key and text.
  private static func candidate(_ number: Int) -> Candidate {
    let hash = SeededHash(seed: 0, purpose: .noise)
    let bits = hash(UInt64(number))
    return Candidate(
      key: Double(bits >> 11), textHash: hash(bits), position: Position(shard: 0, place: number),
      lineByteCount: 100, textByteCount: 90, tokenCount: 20)
  }

  /// Draws the largest of random keys.
  private static func draw(_ count: Int, of keyCount: Int) {
    var candidates = Candidates(
      budget: .documents(count), joinsCopies: true, expectedCount: keyCount)
    for number in 0..<keyCount { candidates.add(candidate(number)) }
    // Moved, as dsel does: a copy of ten million candidates would be made otherwise.
    sink &+= UInt64((consume candidates).draw().documents.count)
  }

  /// Copies every tenth line.
  private static func copy(_ corpus: Corpus) throws {
    let shard = corpus.files[.plain]!
    var places: [RecordPlace] = []
    var reader = try ShardReader(shard, number: 0, ChunkSettings())
    var chunk = Chunk()
    var number = 0
    while try reader.next(into: &chunk) {
      var place = 0
      while let line = chunk.nextLine(from: &place) {
        number += 1
        guard number % 10 == 0 else { continue }
        places.append(
          RecordPlace(
            position: Position(shard: 0, place: chunk.place + line.lowerBound),
            byteCount: line.count))
      }
    }
    var writer = try LineWriter(
      .file(path: corpus.directory.appending(path: "copied").path), container: .plain,
      replaces: true, registry: TemporaryFiles())
    let records = PlacedRecords(
      shards: [shard], limits: ReadingLimits(), progress: ProgressMeter(show: nil))
    try records.forEach(places, at: { $0 }) { _, record in
      try record.withLine { try writer.write($0) }
    }
    try writer.finish()
  }
}
