internal import Choosing
internal import Featurizing
internal import Files
internal import Reading
internal import Weighting

/// Reads what files of candidates have of several targets, a random part, and added fields.
extension CandidateFile {
  /// A target as a header has it.
  struct TargetReader {
    var name = ""
    var model: UInt64 = 0
    var share: Double?
    var tokenCount: Int?
    var counts: [UInt64]?

    /// Draws number their targets with 16 bits.
    private static let mostTargets = Int(Int16.max)

    /// Reads all targets.
    ///
    /// - Throws: ``JSONStreamError``
    static func all(_ stream: inout JSONStream) throws(JSONStreamError) -> [TargetReader] {
      var targets: [TargetReader] = []
      var names: Set<ExactString> = []
      var countCount = 0
      try stream.readArray { stream throws(JSONStreamError) in
        guard targets.count < mostTargets else { throw .tooLarge("targets", limit: mostTargets) }
        let target = try TargetReader(&stream)
        countCount += target.counts?.count ?? 0
        guard names.insert(ExactString(target.name)).inserted, countCount <= Reader.longestCounts
        else { throw .invalid("targets") }
        targets.append(target)
      }
      guard targets.count > 1 else { throw .invalid("targets") }
      return targets
    }

    private init(_ stream: inout JSONStream) throws(JSONStreamError) {
      var (name, model, share): (String?, UInt64?, Double?)
      var (tokens, counts): (Int?, [UInt64]?)
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "name": name = try stream.readString()
        case "model_xxh3": model = try Reader.hash("targets.model_xxh3", &stream)
        case "share": share = try stream.readNumber()
        case "target_tokens": tokens = try stream.readCount()
        case "target_counts": counts = try Reader.targetCounts(&stream)
        default: try stream.skipValue()
        }
      }
      guard let name else { throw .missing("targets.name") }
      guard let model else { throw .missing("targets.model_xxh3") }
      guard (0...1).contains(share ?? 0) else { throw .invalid("targets.share") }
      (self.name, self.model, self.share) = (name, model, share)
      (tokenCount, self.counts) = (tokens, counts)
    }
  }
}

extension CandidateFile.Reader {
  static func targetCounts(_ stream: inout JSONStream) throws(JSONStreamError) -> [UInt64] {
    let bytes = try bytes("target_counts", &stream, limit: longestCounts)
    guard let counts = FeatureBytes.numbers(bytes), counts.allSatisfy({ $0 > 0 }) else {
      throw .invalid("target_counts")
    }
    return counts
  }

  /// Reads the fields that were added to log weights.
  static func additions(_ stream: inout JSONStream) throws(JSONStreamError) -> [FieldTerm] {
    var terms: [FieldTerm] = []
    try stream.readArray { stream throws(JSONStreamError) in
      guard terms.count < FieldSample.mostFields else {
        throw .tooLarge("add", limit: FieldSample.mostFields)
      }
      var (field, coefficient): (String?, Double?)
      try stream.readObject { key, stream throws(JSONStreamError) in
        switch key {
        case "field": field = try stream.readString()
        case "coefficient": coefficient = try stream.readNumber()
        default: try stream.skipValue()
        }
      }
      guard let field else { throw .missing("add.field") }
      guard let coefficient else { throw .missing("add.coefficient") }
      terms.append(FieldTerm(field: field, coefficient: coefficient))
    }
    return terms
  }

  /// - Throws: ``JSONStreamError``
  func readParts(into header: inout CandidateFile.Header) throws(JSONStreamError) {
    let replay = doubles["replay"] ?? 0
    guard (0...1).contains(replay) else { throw .invalid("replay") }
    header.settings.replay = replay
    header.settings.additions = additions
    header.settings.tokensField = strings["tokens_field"]
    header.settings.targets = targets.map { .init(name: $0.name, model: $0.model, share: $0.share) }
    guard !isChosen || header.settings.roleCount == 1 || isExhausted != nil else {
      throw .missing("all_eligible")
    }
    guard targets.allSatisfy({ $0.share == nil }) || isChosen else { throw .invalid("targets") }
  }

  /// Whether a header's numbers are possible.
  ///
  /// A draw takes no more than its count from the eligible documents, and a file has a line for
  /// each target and for the random part.
  func hasPossibleCounts(_ candidates: Int, _ underWeight: Int, of eligible: Int) -> Bool {
    let lines = candidates + numbers["excluded", default: 0]
    let others = numbers["near_duplicate_documents", default: 0]
    let hasRandomPart = doubles["replay"] ?? 0 > 0
    guard hasRandomPart || targets.count > 1 else {
      return lines + others + underWeight <= eligible
    }
    let roleCount = max(1, targets.count) + (hasRandomPart ? 1 : 0)
    return (lines + roleCount - 1) / roleCount + others <= eligible && underWeight <= eligible
  }

  /// The model of the target, or of the first of several.
  func targetModel() throws(JSONStreamError) -> UInt64 {
    if let first = targets.first { return first.model }
    guard let text = strings["target_model_xxh3"] else { throw .missing("target_model_xxh3") }
    guard let hash = UInt64(hexadecimal: text) else { throw .invalid("target_model_xxh3") }
    return hash
  }

  /// The n-grams of each target.
  func profiles() throws(JSONStreamError) -> [TargetProfile] {
    guard targets.isEmpty else {
      var profiles: [TargetProfile] = []
      for target in targets {
        guard let tokenCount = target.tokenCount, tokenCount <= FittedModel.largestCount else {
          throw .missing("targets.target_tokens")
        }
        profiles.append(try Self.profile(target.counts, tokenCount: tokenCount))
      }
      return profiles
    }
    guard let tokenCount = numbers["target_tokens"] else { throw .missing("target_tokens") }
    return [try Self.profile(targetCounts, tokenCount: tokenCount)]
  }

  private static func profile(
    _ counts: [UInt64]?, tokenCount: Int
  ) throws(JSONStreamError) -> TargetProfile {
    guard let counts else { throw .missing("target_counts") }
    // A token is the last of one n-gram of each order. More would make gains too large to sum.
    var left = UInt64(FeatureSettings.maximumOrder * tokenCount)
    for count in counts {
      guard count <= left else { throw .invalid("target_counts") }
      left -= count
    }
    return TargetProfile(counts: counts, tokenCount: tokenCount)
  }
}
