internal import Choosing
internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Reads the lines of a file of candidates.
extension CandidateFile {
  struct Reader {
    var format: String?
    var strings: [String: String] = [:]
    var numbers: [String: Int] = [:]
    var doubles: [String: Double] = [:]
    var topK: Bool?
    var isChosen = false
    var isExhausted: Bool?
    var hasKeysOnly = false
    var eligibleCounts: [Int]?
    /// The sizes of eligible documents of each shard, in two units; the other is nil.
    var eligibleTokenCounts: [Int]?
    var eligibleByteCounts: [Int]?
    var overMaximumCounts: [Int]?
    var underWeightCounts: [Int]?
    var targetCounts: [UInt64]?
    var shards: [FittedModel.Input]?
    var strata: CandidateStrata?
    var targets: [TargetReader] = []
    var additions: [FieldTerm] = []
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
        "text_field", "text_join", "objective", "base", "unit",
        "stratify", "tokens_field":
        strings[key] = try stream.readString()
      case "count", "min_tokens", "max_tokens", "kept": numbers[key] = try stream.readCount()
      case "documents", "eligible_documents", "pool_documents", "candidates", "target_tokens",
        "base_tokens", "excluded", "near_duplicate_documents", "over_max_tokens",
        "under_min_weight", "eligible_tokens", "eligible_bytes":
        numbers[key] = try count(key, &stream)
      case "temperature", "logistic_share", "smoothing", "target_smoothing", "purity", "noise",
        "near_duplicates", "min_weight", "replay":
        doubles[key] = try stream.readNumber()
      case "top_k": topK = try stream.readBoolean()
      case "chosen": isChosen = try stream.readBoolean()
      case "all_eligible": isExhausted = try stream.readBoolean()
      case "target_counts":
        targetCounts = try Self.targetCounts(&stream)
      case "keys_only": hasKeysOnly = try stream.readBoolean()
      case "shard_eligible_documents": eligibleCounts = try ShardCounts.read(key, &stream)
      case "shard_eligible_tokens": eligibleTokenCounts = try ShardCounts.read(key, &stream)
      case "shard_eligible_bytes": eligibleByteCounts = try ShardCounts.read(key, &stream)
      case "shard_under_min_weight": underWeightCounts = try ShardCounts.read(key, &stream)
      case "shard_over_max_tokens": overMaximumCounts = try ShardCounts.read(key, &stream)
      case "shards": try readShards(&stream)
      case "strata": strata = try CandidateStrata(&stream)
      case "targets": targets = try TargetReader.all(&stream)
      case "add": additions = try Self.additions(&stream)
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

    /// The longest Base64 of a target's counts, and of a document's features.
    static let longestCounts = 1 << 30
    private static let longestFeatures = 1 << 28

    static func bytes(
      _ name: String, _ stream: inout JSONStream, limit: Int
    ) throws(JSONStreamError) -> [UInt8] {
      let text = try stream.readString(maximumByteCount: limit)
      guard let data = Data(base64Encoded: text) else { throw .invalid(name) }
      return Array(data)
    }

    /// - Returns: nil if the bytes aren't read.
    private static func bytes(
      _ name: String, _ stream: inout JSONStream, isRead: Bool
    ) throws(JSONStreamError) -> [UInt8]? {
      if isRead { return try bytes(name, &stream, limit: longestFeatures) }
      try stream.skipString(maximumByteCount: longestFeatures)
      return nil
    }

    static func hash(_ name: String, _ stream: inout JSONStream) throws(JSONStreamError)
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
      let underWeight = doubles["min_weight"] == nil ? 0 : try number("under_min_weight")
      let overMaximum = numbers["max_tokens"] == nil ? 0 : try number("over_max_tokens")
      guard try number("eligible_documents") + overMaximum <= number("documents"),
        try hasPossibleCounts(number("candidates"), underWeight, of: number("eligible_documents"))
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
      if let similarity = doubles["near_duplicates"] {
        guard similarity > 0, similarity <= 1 else { throw .invalid("near_duplicates") }
      }
      var header = Header(
        settings: Settings(
          seed: seed, topK: topK, temperature: try double("temperature"),
          count: try number("count"), logisticShare: share,
          minimumTokenCount: try number("min_tokens"),
          maximumTokenCount: numbers["max_tokens"], minimumLogWeight: doubles["min_weight"],
          estimator: try string("estimator"),
          normalization: try string("normalize"), smoothing: try double("smoothing"),
          targetSmoothing: try double("target_smoothing"), compatibility: strings["compat"],
          targetModel: try targetModel(), poolModel: try hash("pool_model_xxh3"),
          textField: TextField(
            try string("text_field"), joint: strings["text_join"] ?? TextField.defaultJoint),
          objective: objective, exclusion: exclusion.excludesNothing ? nil : exclusion,
          nearDuplicates: doubles["near_duplicates"]),
        shards: shards, documentCount: try number("documents"),
        eligibleCount: try number("eligible_documents"), overMaximumCount: overMaximum,
        underWeightCount: underWeight,
        poolDocumentCount: numbers["pool_documents"], isChosen: isChosen)
      header.isExhausted = isChosen ? isExhausted : nil
      try readParts(into: &header)
      try readUnit(into: &header)
      try readStrata(into: &header)
      if objective == .set {
        if isChosen {
          header.chosenBy = try chosenBy()
          header.base = strings["base"].map {
            BaseSettings(path: $0, tokenCount: numbers["base_tokens"])
          }
        } else if hasKeysOnly {
          header.eligibleCounts = try ShardCounts.checked(
            eligibleCounts, "shard_eligible_documents", of: shards, sum: header.eligibleCount)
          if header.settings.maximumTokenCount != nil {
            header.overMaximumCounts = try ShardCounts.checked(
              overMaximumCounts, "shard_over_max_tokens", of: shards, sum: overMaximum)
          }
          if header.settings.minimumLogWeight != nil {
            header.underWeightCounts = try ShardCounts.checked(
              underWeightCounts, "shard_under_min_weight", of: shards, sum: underWeight)
          }
        } else {
          header.profiles = try profiles()
        }
      }
      return header
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

    static func line(
      _ stream: inout JSONStream, _ kind: CandidateLines.Kind, _ header: Header,
      _ content: CandidateLines.Content = []
    ) throws(JSONStreamError) -> CandidateLines.Line {
      let shardCount = header.shards.count
      var reason = StoredReason()
      var similar = StoredSimilarity()
      // Variables, not dictionaries by name: files have millions of candidates.
      var (features, tokenBytes): ([UInt8]?, [UInt8]?)
      var (shard, place, tokens, copies): (Int?, Int?, Int?, Int?)
      var (lineBytes, textBytes): (Int?, Int?)
      var (stratum, target, part): (Int?, Int?, Int?)
      var isRandom = false
      var (firstKey, secondKey): (Double?, Double?)
      var hash: UInt64?
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "shard": shard = try stream.readCount()
        case "offset": place = try stream.readCount()
        case "row":
          place = try stream.readCount()
          lineBytes = 0
        case "bytes": lineBytes = try stream.readCount()
        case "text_bytes": textBytes = try stream.readCount()
        case "tokens": tokens = try stream.readCount()
        case "copies": copies = try stream.readCount()
        case "stratum": stratum = try stream.readCount()
        case "target": target = try stream.readCount()
        case "replay": isRandom = try stream.readBoolean()
        case "part": part = try stream.readCount()
        case "key": firstKey = try stream.readNumber()
        case "second_key": secondKey = try stream.readNumber()
        case "text_hash": hash = try Self.hash("text_hash", &stream)
        case "features":
          features = try Self.bytes(key, &stream, isRead: content.contains(.features))
        case "token_hashes":
          tokenBytes = try Self.bytes(key, &stream, isRead: content.contains(.tokens))
          guard (tokenBytes?.count ?? 0) % 4 == 0 else { throw .invalid(key) }
        default:
          if try !reason.read(key, &stream), try !similar.read(key, &stream) {
            try stream.skipValue()
          }
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
      guard features != nil || !content.contains(.features) || isRandom else {
        throw .missing("features")
      }
      guard tokenBytes != nil || !content.contains(.tokens) else { throw .missing("token_hashes") }
      let candidate = Candidate(
        key: firstKey, secondKey: secondKey, textHash: hash,
        position: Position(
          shard: try number(shard, "shard", upTo: shardCount - 1),
          place: try number(place, "offset", upTo: Candidate.maximumPlace)),
        lineByteCount: try number(lineBytes, "bytes", upTo: limit),
        textByteCount: try number(textBytes, "text_bytes", upTo: limit),
        tokenCount: try number(tokens, "tokens", upTo: limit),
        copies: UInt32(try number(copies, "copies", upTo: limit)))
      var line = CandidateLines.Line(
        candidate: candidate, features: features, tokens: tokenBytes)
      if header.hasRoles, kind == .candidate || (kind == .excluded && !header.isChosen) {
        let settings = header.settings
        if isRandom, settings.replay == 0 { throw .invalid("replay") }
        if settings.targetCount == 1 { target = 0 }
        line.role = CandidateRole(
          stratum: try header.strata.map { strata throws(JSONStreamError) in
            try number(stratum, "stratum", upTo: strata.names.count - 1)
          } ?? 0,
          target: isRandom
            ? settings.targetCount : try number(target, "target", upTo: settings.targetCount - 1))
      }
      switch kind {
      case .candidate:
        if header.isExhausted != nil { line.part = try number(part, "part", upTo: 1) }
      case .excluded:
        let count = header.settings.exclusion?.files.count ?? 0
        line.reason = try reason.reason(evaluationFileCount: count)
      case .nearDuplicate:
        line.similar = try similar.nearDuplicate(candidate, shardCount: shardCount)
      }
      return line
    }
  }
}
