internal import Choosing
internal import Featurizing
internal import FoundationEssentials
internal import Reading
internal import Resampling
internal import Weighting

/// Reads candidates.
extension CandidateFile {
  /// True if the file begins like a file of candidates.
  ///
  /// - Throws: ``PipelineError``
  static func isOne(_ shard: Shard, limits: ReadingLimits) throws(PipelineError) -> Bool {
    do throws(ReadingError) {
      let head = try ByteSource.head(of: shard, byteCount: 64, limits: limits)
      return String(decoding: head, as: UTF8.self).contains("\"\(Self.format)\"")
    } catch {
      throw .input(.reading(error, line: nil))
    }
  }

  /// - Throws: ``PipelineError``
  init(reading path: String, limits: ReadingLimits) throws(PipelineError) {
    let shard: Shard
    do throws(ReadingError) { shard = try Shard(path: path) } catch {
      throw .input(.reading(error, line: nil))
    }
    self = try CandidateFile(reading: shard, limits: limits)
  }

  /// - Throws: ``PipelineError``
  init(reading shard: Shard, limits: ReadingLimits) throws(PipelineError) {
    var lines = try CandidateLines(shard, limits: limits)
    header = lines.header
    candidates = []
    while let line = try lines.next() { candidates.append(line.candidate) }
    while let line = try lines.nextExcluded() {
      excluded.add(line.candidate, line.reason ?? .target)
    }
  }
}

/// Reads a file of candidates, line after line.
struct CandidateLines: ~Copyable {
  struct Line {
    var candidate: Candidate
    /// See ``FeatureBytes``; nil if they weren't asked for.
    var features: [UInt8]?
    /// Why the document is excluded; nil for candidates.
    var reason: ExclusionReason?
  }

  let header: CandidateFile.Header
  private let path: String
  private let candidateCount: Int
  private let excludedCount: Int
  private let readsFeatures: Bool
  private var stream: JSONStream
  private var count = 0

  /// - Throws: ``PipelineError``
  init(
    _ shard: Shard, limits: ReadingLimits, readsFeatures: Bool = false
  ) throws(PipelineError) {
    path = shard.name
    self.readsFeatures = readsFeatures
    do throws(JSONStreamError) {
      var stream = try JSONStream(shard, limits: limits)
      let reader = try CandidateFile.Reader(&stream)
      header = try reader.header()
      candidateCount = reader.numbers["candidates", default: 0]
      excludedCount = reader.numbers["excluded", default: 0]
      self.stream = stream
    } catch {
      throw Self.error(error, shard.name)
    }
  }

  /// The next candidate; nil at the end.
  ///
  /// - Throws: ``PipelineError``
  mutating func next() throws(PipelineError) -> Line? {
    if count == candidateCount, excludedCount > 0 { return nil }
    do throws(JSONStreamError) {
      guard try !stream.isAtEnd() else {
        guard count == candidateCount else { throw .invalid("candidates") }
        return nil
      }
      // Read no more than the header announces, however long the file is.
      guard count < candidateCount else { throw .invalid("candidates") }
      count += 1
      return try CandidateFile.Reader.candidate(
        &stream, shardCount: header.shards.count, readsFeatures: readsFeatures)
    } catch {
      throw Self.error(error, path)
    }
  }

  /// The next excluded document, after all candidates; nil at the end. Throws as ``next()`` does.
  mutating func nextExcluded() throws(PipelineError) -> Line? {
    do throws(JSONStreamError) {
      guard count < candidateCount + excludedCount else {
        guard try stream.isAtEnd() else { throw .invalid("excluded") }
        return nil
      }
      guard try !stream.isAtEnd() else { throw .invalid("excluded") }
      count += 1
      return try CandidateFile.Reader.candidate(
        &stream, shardCount: header.shards.count,
        evaluationFileCount: header.settings.exclusion?.files.count ?? 0)
    } catch {
      throw Self.error(error, path)
    }
  }

  private static func error(_ error: JSONStreamError, _ path: String) -> PipelineError {
    switch error {
    case .reading(let error): .input(.reading(error, line: nil))
    case .unusable(let fault): .candidates(.unusable(path: path, fault))
    }
  }
}

extension CandidateFile {
  fileprivate struct Reader {
    var format: String?
    var strings: [String: String] = [:]
    var numbers: [String: Int] = [:]
    var doubles: [String: Double] = [:]
    var topK: Bool?
    var isChosen = false
    var hasKeysOnly = false
    var eligibleCounts: [Int]?
    var targetCounts: [UInt64]?
    var shards: [FittedModel.Input]?
    var exclusion = CandidateExclusion()

    /// Reads a header.
    init(_ stream: inout JSONStream) throws(JSONStreamError) {
      guard try stream.kind() == .object else { throw .otherFormat }
      var reader = Reader()
      try stream.readObject { key, stream throws(JSONStreamError) in
        try reader.readHeader(key, &stream)
      }
      self = reader
    }

    private init() {}

    private mutating func readHeader(
      _ key: String, _ stream: inout JSONStream
    ) throws(JSONStreamError) {
      switch key {
      case "format":
        format = try stream.readString()
        guard format == CandidateFile.format else { throw .otherFormat }
      case "format_version":
        let version = try stream.readCount()
        guard version <= CandidateFile.version else {
          throw .newerVersion(version, readable: CandidateFile.version)
        }
        numbers[key] = version
      case "seed", "estimator", "normalize", "compat", "target_model_xxh3", "pool_model_xxh3",
        "text_field", "text_join", "objective", "base":
        strings[key] = try stream.readString()
      case "count", "min_tokens": numbers[key] = try stream.readCount()
      case "documents", "eligible_documents", "pool_documents", "candidates", "target_tokens",
        "base_tokens", "excluded":
        numbers[key] = try count(key, &stream)
      case "temperature", "logistic_share", "smoothing", "target_smoothing", "purity", "noise":
        doubles[key] = try stream.readNumber()
      case "top_k": topK = try stream.readBoolean()
      case "chosen": isChosen = try stream.readBoolean()
      case "target_counts":
        let bytes = try Self.bytes(key, &stream, limit: Self.longestCounts)
        targetCounts = FeatureBytes.numbers(bytes)
        guard targetCounts?.allSatisfy({ $0 > 0 }) == true else { throw .invalid(key) }
      case "keys_only": hasKeysOnly = try stream.readBoolean()
      case "shard_eligible_documents": try readEligibleCounts(&stream)
      case "shards": try readShards(&stream)
      default: if try !exclusion.read(key, &stream) { try stream.skipValue() }
      }
    }

    private mutating func readShards(_ stream: inout JSONStream) throws(JSONStreamError) {
      var read: [FittedModel.Input] = []
      var pathBytes = 0
      try stream.readArray { stream throws(JSONStreamError) in
        guard read.count < Candidate.maximumShardCount else {
          throw .tooLarge("shards", limit: Candidate.maximumShardCount)
        }
        let input = try FittedModel.Input(&stream, of: "shards")
        pathBytes += input.path.utf8.count
        guard pathBytes <= FittedModel.mostPathBytes else {
          throw .tooLarge("shards", limit: FittedModel.mostPathBytes)
        }
        read.append(input)
      }
      shards = read
    }

    private mutating func readEligibleCounts(_ stream: inout JSONStream) throws(JSONStreamError) {
      var counts: [Int] = []
      let name = "shard_eligible_documents"
      let reader = self
      try stream.readArray { stream throws(JSONStreamError) in
        guard counts.count < Candidate.maximumShardCount else {
          throw .tooLarge(name, limit: Candidate.maximumShardCount)
        }
        counts.append(try reader.count(name, &stream))
      }
      eligibleCounts = counts
    }

    /// The longest Base64 of a target's counts, and of a document's features.
    private static let longestCounts = 1 << 30
    private static let longestFeatures = 1 << 28

    private static func bytes(
      _ name: String, _ stream: inout JSONStream, limit: Int
    ) throws(JSONStreamError) -> [UInt8] {
      let text = try stream.readString(maximumByteCount: limit)
      guard let data = Data(base64Encoded: text) else { throw .invalid(name) }
      return Array(data)
    }

    private static func hash(_ name: String, _ stream: inout JSONStream) throws(JSONStreamError)
      -> UInt64
    {
      guard let hash = UInt64(hexadecimal: try stream.readString()) else {
        throw .invalid(name)
      }
      return hash
    }

    func header() throws(JSONStreamError) -> Header {
      guard format != nil else { throw .otherFormat }
      func string(_ name: String) throws(JSONStreamError) -> String {
        guard let value = strings[name] else { throw .missing(name) }
        return value
      }
      func number(_ name: String) throws(JSONStreamError) -> Int {
        guard let value = numbers[name] else { throw .missing(name) }
        return value
      }
      func double(_ name: String) throws(JSONStreamError) -> Double {
        guard let value = doubles[name] else { throw .missing(name) }
        return value
      }
      func hash(_ name: String) throws(JSONStreamError) -> UInt64 {
        guard let value = UInt64(hexadecimal: try string(name)) else { throw .invalid(name) }
        return value
      }
      _ = try number("format_version")
      // A draw takes no more than its count from the eligible documents.
      guard try number("eligible_documents") <= number("documents"),
        try number("candidates") + numbers["excluded", default: 0] <= number("eligible_documents")
      else { throw .invalid("eligible_documents") }
      guard let seed = UInt64(try string("seed")) else { throw .invalid("seed") }
      guard let topK else { throw .missing("top_k") }
      guard let shards else { throw .missing("shards") }
      let sorted = zip(shards, shards.dropFirst()).allSatisfy { CandidateFile.precedes($0, $1) }
      guard sorted else { throw .invalid("shards") }
      let share = try double("logistic_share")
      guard (0...1).contains(share) else { throw .invalid("logistic_share") }
      guard try double("temperature") > 0 else { throw .invalid("temperature") }
      let name = strings["objective"] ?? Objective.weight.rawValue
      guard let objective = Objective(rawValue: name) else { throw .invalid("objective") }
      var header = Header(
        settings: Settings(
          seed: seed, topK: topK, temperature: try double("temperature"),
          count: try number("count"), logisticShare: share,
          minimumTokenCount: try number("min_tokens"), estimator: try string("estimator"),
          normalization: try string("normalize"), smoothing: try double("smoothing"),
          targetSmoothing: try double("target_smoothing"), compatibility: strings["compat"],
          targetModel: try hash("target_model_xxh3"), poolModel: try hash("pool_model_xxh3"),
          textField: TextField(
            try string("text_field"), joint: strings["text_join"] ?? TextField.defaultJoint),
          objective: objective, exclusion: exclusion.excludesNothing ? nil : exclusion),
        shards: shards, documentCount: try number("documents"),
        eligibleCount: try number("eligible_documents"),
        poolDocumentCount: numbers["pool_documents"], isChosen: isChosen)
      if objective == .set {
        if isChosen {
          header.chosenBy = try chosenBy()
          header.base = strings["base"].map {
            BaseSettings(path: $0, tokenCount: numbers["base_tokens"])
          }
        } else if hasKeysOnly {
          header.eligibleCounts = try eligibleCounts(of: shards, sum: header.eligibleCount)
        } else {
          header.profile = try profile(tokenCount: number("target_tokens"))
        }
      }
      return header
    }

    private func profile(tokenCount: Int) throws(JSONStreamError) -> TargetProfile {
      guard let targetCounts else { throw .missing("target_counts") }
      // A token is the last of one n-gram of each order. More would make gains too large to sum.
      var left = UInt64(FeatureSettings.maximumOrder * tokenCount)
      for count in targetCounts {
        guard count <= left else { throw .invalid("target_counts") }
        left -= count
      }
      return TargetProfile(counts: targetCounts, tokenCount: tokenCount)
    }

    private func eligibleCounts(
      of shards: [FittedModel.Input], sum: Int
    ) throws(JSONStreamError) -> [Int] {
      let name = "shard_eligible_documents"
      guard let counts = eligibleCounts else { throw .missing(name) }
      var left = sum
      for (count, shard) in zip(counts, shards) {
        guard count <= shard.documentCount, count <= left else { throw .invalid(name) }
        left -= count
      }
      guard counts.count == shards.count, left == 0 else { throw .invalid(name) }
      return counts
    }

    private func chosenBy() throws(JSONStreamError) -> SetObjective {
      guard let purity = doubles["purity"] else { throw .missing("purity") }
      guard let noise = doubles["noise"] else { throw .missing("noise") }
      guard (0...1).contains(purity) else { throw .invalid("purity") }
      return SetObjective(purity: purity, noise: noise)
    }

    private func count(_ key: String, _ stream: inout JSONStream) throws(JSONStreamError) -> Int {
      let count = try stream.readCount()
      guard count <= FittedModel.largestCount else {
        throw .tooLarge(key, limit: FittedModel.largestCount)
      }
      return count
    }

    static func candidate(
      _ stream: inout JSONStream, shardCount: Int, readsFeatures: Bool = false,
      evaluationFileCount: Int? = nil
    ) throws(JSONStreamError) -> CandidateLines.Line {
      var reason = StoredReason()
      // Variables, not dictionaries by name: files have millions of candidates.
      var features: [UInt8]?
      var (shard, place, tokens, copies): (Int?, Int?, Int?, Int?)
      var (lineBytes, textBytes): (Int?, Int?)
      var (firstKey, secondKey): (Double?, Double?)
      var hash: UInt64?
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "shard": shard = try stream.readCount()
        case "offset": place = try stream.readCount()
        case "bytes": lineBytes = try stream.readCount()
        case "text_bytes": textBytes = try stream.readCount()
        case "tokens": tokens = try stream.readCount()
        case "copies": copies = try stream.readCount()
        case "key": firstKey = try stream.readNumber()
        case "second_key": secondKey = try stream.readNumber()
        case "text_hash": hash = try Self.hash("text_hash", &stream)
        case "features":
          if readsFeatures {
            features = try Self.bytes(key, &stream, limit: Self.longestFeatures)
          } else {
            try stream.skipString(maximumByteCount: Self.longestFeatures)
          }
        default: if try !reason.read(key, &stream) { try stream.skipValue() }
        }
      }
      func number(
        _ value: Int?, _ name: String, upTo limit: Int
      ) throws(JSONStreamError) -> Int {
        guard let value else { throw .missing(name) }
        guard value <= limit else { throw .invalid(name) }
        return value
      }
      guard let hash else { throw .missing("text_hash") }
      guard let firstKey, let secondKey else {
        throw .missing("key")
      }
      let limit = Int(UInt32.max)
      guard shardCount > 0 else { throw .invalid("shard") }
      guard features != nil || !readsFeatures else { throw .missing("features") }
      let candidate = Candidate(
        key: firstKey, secondKey: secondKey, textHash: hash,
        position: Position(
          shard: try number(shard, "shard", upTo: shardCount - 1),
          place: try number(place, "offset", upTo: Candidate.maximumPlace)),
        lineByteCount: try number(lineBytes, "bytes", upTo: limit),
        textByteCount: try number(textBytes, "text_bytes", upTo: limit),
        tokenCount: try number(tokens, "tokens", upTo: limit),
        copies: UInt32(try number(copies, "copies", upTo: limit)))
      return CandidateLines.Line(
        candidate: candidate, features: features,
        reason: try evaluationFileCount.map { count throws(JSONStreamError) in
          try reason.reason(evaluationFileCount: count)
        })
    }
  }
}
