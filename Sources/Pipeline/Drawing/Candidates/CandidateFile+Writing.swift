internal import Choosing
internal import Compression
internal import Files
internal import Resampling
internal import Weighting
internal import Writing

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Writes candidates.
extension CandidateFile {
  /// The header, as a line of JSON.
  private struct HeaderLine: Encodable {
    struct Shard: Encodable {
      var path: String
      var bytes: Int
      var documents: Int
      var xxh3: String

      init(_ input: FittedModel.Input) {
        path = input.path
        bytes = input.byteCount
        documents = input.documentCount
        xxh3 = input.contentHash.hexadecimal
      }
    }
    var seed: String
    var topK: Bool
    var temperature: Double
    var count: Int
    /// The unit of the count, and the amount that is kept of it for a set.
    var unit: String?
    var kept: Int?
    var tokensField: String?
    var logisticShare: Double
    var minTokens: Int
    var maxTokens: Int?
    var minWeight: Double?
    var estimator: String
    var normalize: String
    var smoothing: Double
    var targetSmoothing: Double
    var compat: String?
    var targetModelXxh3: String?
    /// Several targets, with what the members of one say.
    var targets: [Target]?
    var replay: Double?
    var add: [Addition]?
    var poolModelXxh3: String
    var textField: String
    var textJoin: String?
    var objective: String?
    var purity: Double?
    var noise: Double?
    var base: String?
    var baseTokens: Int?
    var chosen: Bool?
    var targetTokens: Int?
    /// The target's counts of its buckets, by rank: see ``FeatureBytes/encode(_:)``. In Base64, as
    /// a candidate's features.
    var targetCounts: String?
    var keysOnly: Bool?
    /// The number of eligible documents of each shard, if there are only keys.
    var shardEligibleDocuments: [Int]?
    var documents: Int
    var eligibleDocuments: Int
    /// The size of eligible documents in the unit, in all, and of each shard.
    var eligibleTokens: Int?
    var eligibleBytes: Int?
    var shardEligibleTokens: [Int]?
    var shardEligibleBytes: [Int]?
    /// How a draw of tokens or bytes, or from strata, ended.
    var allEligible: Bool?
    /// Documents with too many tokens, if some are too many; in all, and of each shard.
    var overMaxTokens: Int?
    var shardOverMaxTokens: [Int]?
    /// The same for eligible documents with too small a weight.
    var underMinWeight: Int?
    var shardUnderMinWeight: [Int]?
    var poolDocuments: Int?
    var candidates: Int
    var excluded: Int?
    var excludeNgram: Int?
    var excludeTextField: String?
    var excludeTextJoin: String?
    var excludeTarget: Bool?
    var evaluationDocuments: Int?
    var shortDocuments: Int?
    var evaluationNgrams: Int?
    var evaluationFiles: [Shard]?
    var nearDuplicates: Double?
    /// The number of near-duplicates that were left out, if documents were chosen.
    var nearDuplicateDocuments: Int?
    var shards: [Shard]
    var stratify: String?
    var strata: [Stratum]?

    struct Target: Encodable {
      var name: String
      var modelXxh3: String
      var share: Double?
      var targetTokens: Int?
      var targetCounts: String?
    }

    struct Addition: Encodable {
      var field: String
      var coefficient: Double
    }

    struct Stratum: Encodable {
      var name: String
      var eligibleDocuments: Int
      var eligibleTokens: Int?
      var eligibleBytes: Int?
    }
  }

  /// - Returns: the whole file, to which ``AtomicFile/commit()`` gives its name; nil for standard
  ///   output.
  /// - Throws: ``PipelineError``
  func write(
    to destination: Destination, container: Container, replaces: Bool, registry: TemporaryFiles
  ) throws(PipelineError) -> AtomicFile? {
    var writer = try Self.opened { () throws(WritingError) in
      try LineWriter(destination, container: container, replaces: replaces, registry: registry)
    }
    try Self.write(
      Self.encode(
        header, candidateCount: candidates.count, excludedCount: excluded.documents.count,
        nearDuplicateCount: nearDuplicates.count),
      to: &writer)
    for (number, candidate) in candidates.enumerated() {
      var line = Self.encode(
        candidate, isRandom(number) ? nil : try features?.bytes(of: number),
        tokens: try tokens?.bytes(of: number),
        file: header.isChosen ? header.shards[candidate.position.shard].path : nil)
      if header.hasRoles { append(role(of: number), to: &line) }
      if header.isExhausted != nil { Self.append("part", partNumbers[number], to: &line) }
      try Self.write(line, to: &writer)
    }
    for (number, document) in excluded.documents.enumerated() {
      let reason = excluded.reason(of: document)
      var line = Self.encode(document.candidate, nil, reason)
      if header.hasRoles, !header.isChosen { append(excluded.roles[number], to: &line) }
      try Self.write(line, to: &writer)
    }
    for document in nearDuplicates {
      try Self.write(Self.encode(document.candidate, nil, similarTo: document), to: &writer)
    }
    do throws(WritingError) { return try writer.close() } catch { throw .output(.writing(error)) }
  }

  /// Adds the members of a role to a line.
  private func append(_ role: CandidateRole, to line: inout [UInt8]) {
    if header.strata != nil { Self.append("stratum", role.stratum, to: &line) }
    let count = header.settings.targetCount
    if role.target == count {
      line.removeLast()
      line += Array(",\"replay\":true}".utf8)
    } else if count > 1 {
      Self.append("target", role.target, to: &line)
    }
  }

  /// Adds a member to a line.
  private static func append(_ name: String, _ number: Int, to line: inout [UInt8]) {
    line.removeLast()
    line += Array(",\"\(name)\":".utf8)
    line.append(decimal: number)
    line.append(UInt8(ascii: "}"))
  }

  private static func opened(
    _ open: () throws(WritingError) -> LineWriter
  ) throws(PipelineError) -> LineWriter {
    do throws(WritingError) { return try open() } catch { throw .output(.writing(error)) }
  }

  private static func write(
    _ line: [UInt8], to writer: inout LineWriter
  ) throws(PipelineError) {
    do throws(WritingError) { try writer.write(line.span) } catch {
      throw .output(.writing(error))
    }
  }

  private static func encode(
    _ header: Header, candidateCount: Int, excludedCount: Int, nearDuplicateCount: Int
  ) -> [UInt8] {
    let settings = header.settings
    let exclusion = settings.exclusion
    let evaluation = exclusion?.gramLength == nil ? nil : exclusion
    var line = HeaderLine(
      seed: String(settings.seed), topK: settings.topK, temperature: settings.temperature,
      count: settings.count, unit: settings.unit == .documents ? nil : settings.unit.rawValue,
      kept: header.isChosen ? nil : settings.keptAmount, tokensField: settings.tokensField,
      logisticShare: settings.logisticShare,
      minTokens: settings.minimumTokenCount, maxTokens: settings.maximumTokenCount,
      minWeight: settings.minimumLogWeight,
      estimator: settings.estimator,
      normalize: settings.normalization, smoothing: settings.smoothing,
      targetSmoothing: settings.targetSmoothing, compat: settings.compatibility,
      targetModelXxh3: settings.targets.isEmpty ? settings.targetModel.hexadecimal : nil,
      poolModelXxh3: settings.poolModel.hexadecimal, textField: settings.textField.expression,
      textJoin: settings.textField.otherJoint,
      objective: settings.objective == .weight ? nil : settings.objective.rawValue,
      purity: header.chosenBy?.purity, noise: header.chosenBy?.noise,
      base: header.base?.path, baseTokens: header.base?.tokenCount,
      chosen: header.isChosen ? true : nil,
      keysOnly: header.hasKeysOnly ? true : nil, shardEligibleDocuments: header.eligibleCounts,
      documents: header.documentCount, eligibleDocuments: header.eligibleCount,
      allEligible: header.isExhausted,
      overMaxTokens: settings.maximumTokenCount.map { _ in header.overMaximumCount },
      shardOverMaxTokens: header.overMaximumCounts,
      underMinWeight: settings.minimumLogWeight.map { _ in header.underWeightCount },
      shardUnderMinWeight: header.underWeightCounts,
      poolDocuments: header.poolDocumentCount, candidates: candidateCount,
      excluded: exclusion == nil ? nil : excludedCount, excludeNgram: exclusion?.gramLength,
      excludeTextField: exclusion?.textField, excludeTextJoin: exclusion?.textJoin,
      excludeTarget: exclusion?.excludesTarget == true ? true : nil,
      evaluationDocuments: evaluation?.evaluationDocuments,
      shortDocuments: evaluation?.shortDocuments, evaluationNgrams: evaluation?.gramCount,
      evaluationFiles: evaluation?.files.map(HeaderLine.Shard.init),
      nearDuplicates: settings.nearDuplicates,
      nearDuplicateDocuments: settings.nearDuplicates != nil && header.isChosen
        ? nearDuplicateCount : nil,
      shards: header.shards.map(HeaderLine.Shard.init))
    appendParts(of: header, to: &line)
    line.stratify = header.strata == nil ? nil : settings.stratify
    line.strata = header.strata.map { strata in
      strata.names.indices.map { number in
        let size = strata.sizes[number]
        return HeaderLine.Stratum(
          name: strata.names[number].string, eligibleDocuments: strata.counts[number],
          eligibleTokens: settings.unit == .tokens ? size : nil,
          eligibleBytes: settings.unit == .bytes ? size : nil)
      }
    }
    switch settings.unit {
    case .documents: break
    case .tokens:
      (line.eligibleTokens, line.shardEligibleTokens) = (header.eligibleSize, header.eligibleSizes)
    case .bytes:
      (line.eligibleBytes, line.shardEligibleBytes) = (header.eligibleSize, header.eligibleSizes)
    }
    // The format comes first, so that the first bytes identify the file.
    return Array("{\"format\":\"\(format)\",\"format_version\":\(header.version),".utf8)
      + ManifestWriter.encodeLine(line).dropFirst()
  }

  /// Adds what the targets, the random part, and added fields need.
  private static func appendParts(of header: Header, to line: inout HeaderLine) {
    let settings = header.settings
    func tokens(_ number: Int) -> Int? {
      header.profiles.isEmpty ? nil : header.profiles[number].tokenCount
    }
    func counts(_ number: Int) -> String? {
      header.profiles.isEmpty
        ? nil : Data(FeatureBytes.encode(header.profiles[number].counts)).base64EncodedString()
    }
    if settings.targets.isEmpty {
      (line.targetTokens, line.targetCounts) = (tokens(0), counts(0))
    } else {
      line.targets = settings.targets.enumerated().map { number, target in
        HeaderLine.Target(
          name: target.name, modelXxh3: target.model.hexadecimal, share: target.share,
          targetTokens: tokens(number), targetCounts: counts(number))
      }
    }
    line.replay = settings.replay > 0 ? settings.replay : nil
    line.add =
      settings.additions.isEmpty
      ? nil
      : settings.additions.map {
        HeaderLine.Addition(field: $0.field, coefficient: $0.coefficient)
      }
  }

  private static func encode(
    _ candidate: Candidate, _ features: [UInt8]?, tokens: [UInt8]? = nil,
    _ reason: ExclusionReason? = nil, similarTo other: NearDuplicate? = nil, file: String? = nil
  ) -> [UInt8] {
    var line = Array("{\"shard\":".utf8)
    line.append(decimal: candidate.position.shard)
    if let file {
      line += Array(",\"file\":".utf8)
      line.append(jsonString: file)
    }
    candidate.recordPlace.append(to: &line)
    line += Array(",\"text_bytes\":".utf8)
    line.append(decimal: candidate.textByteCount)
    line += Array(",\"tokens\":".utf8)
    line.append(decimal: candidate.tokenCount)
    line += Array(",\"copies\":".utf8)
    line.append(decimal: UInt64(candidate.copies))
    line += Array(",\"text_hash\":\"\(candidate.textHash.hexadecimal)\"".utf8)
    // Swift prints the shortest decimals that read back as the same doubles.
    line += Array(",\"key\":\(candidate.key),\"second_key\":\(candidate.secondKey)".utf8)
    if let features {
      line += Array(",\"features\":\"".utf8)
      line += Data(features).base64EncodedData()
      line.append(UInt8(ascii: "\""))
    }
    if let tokens {
      line += Array(",\"token_hashes\":\"".utf8)
      line += Data(tokens).base64EncodedData()
      line.append(UInt8(ascii: "\""))
    }
    reason?.append(to: &line) { $1.append(decimal: $0) }
    if let other {
      line += Array(",\"similarity\":\(other.similarity)".utf8)
      line += Array(",\"similar_shard\":\(other.kept.position.shard)".utf8)
      other.kept.recordPlace.append(to: &line, prefix: "similar_")
    }
    line.append(UInt8(ascii: "}"))
    return line
  }
}

extension CandidateFile.Header {
  /// The version of the file: the lowest that has everything.
  fileprivate var version: Int {
    if settings.tokensField != nil { return 7 }
    let hasMore = settings.exclusion != nil || settings.nearDuplicates != nil
    if settings.roleCount > 1 || !settings.additions.isEmpty
      || (strata != nil && (hasMore || hasKeysOnly))
    {
      return 6
    }
    if settings.unit != .documents || strata != nil || isExhausted != nil { return 5 }
    if settings.nearDuplicates != nil { return 4 }
    let hasLimits = settings.maximumTokenCount != nil || settings.minimumLogWeight != nil
    if settings.exclusion != nil || hasLimits { return 3 }
    return settings.objective == .weight && !isChosen ? 1 : 2
  }
}
