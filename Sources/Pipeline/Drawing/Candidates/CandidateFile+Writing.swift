internal import Compression
internal import Files
internal import Resampling
internal import Weighting
internal import Writing

/// Writes candidates.
extension CandidateFile {
  /// The header, as a line of JSON.
  private struct HeaderLine: Encodable {
    struct Shard: Encodable {
      var path: String
      var bytes: Int
      var documents: Int
      var xxh3: String
    }
    var seed: String
    var topK: Bool
    var temperature: Double
    var count: Int
    var logisticShare: Double
    var minTokens: Int
    var estimator: String
    var normalize: String
    var smoothing: Double
    var targetSmoothing: Double
    var compat: String?
    var targetModelXxh3: String
    var poolModelXxh3: String
    var textField: String
    var documents: Int
    var eligibleDocuments: Int
    var poolDocuments: Int?
    var candidates: Int
    var shards: [Shard]
  }

  /// - Returns: the whole file, to which ``AtomicFile/commit()`` gives its name; nil for standard
  ///   output.
  /// - Throws: ``WritingError``
  func write(
    to destination: Destination, container: Container, replaces: Bool, registry: TemporaryFiles
  ) throws(WritingError) -> AtomicFile? {
    var writer = try LineWriter(
      destination, container: container, replaces: replaces, registry: registry)
    try writer.write(Self.encode(header, candidateCount: candidates.count).span)
    for candidate in candidates { try writer.write(Self.encode(candidate).span) }
    return try writer.close()
  }

  private static func encode(_ header: Header, candidateCount: Int) -> [UInt8] {
    let settings = header.settings
    let line = HeaderLine(
      seed: String(settings.seed), topK: settings.topK, temperature: settings.temperature,
      count: settings.count, logisticShare: settings.logisticShare,
      minTokens: settings.minimumTokenCount, estimator: settings.estimator,
      normalize: settings.normalization, smoothing: settings.smoothing,
      targetSmoothing: settings.targetSmoothing, compat: settings.compatibility,
      targetModelXxh3: settings.targetModel.hexadecimal,
      poolModelXxh3: settings.poolModel.hexadecimal, textField: settings.textField,
      documents: header.documentCount, eligibleDocuments: header.eligibleCount,
      poolDocuments: header.poolDocumentCount, candidates: candidateCount,
      shards: header.shards.map {
        HeaderLine.Shard(
          path: $0.path, bytes: $0.byteCount, documents: $0.documentCount,
          xxh3: $0.contentHash.hexadecimal)
      })
    // The format comes first, so that the first bytes identify the file.
    return Array("{\"format\":\"\(format)\",\"format_version\":\(version),".utf8)
      + ManifestWriter.encodeLine(line).dropFirst()
  }

  private static func encode(_ candidate: Candidate) -> [UInt8] {
    var line = Array("{\"shard\":".utf8)
    line.append(decimal: candidate.position.shard)
    line += Array(",\"offset\":".utf8)
    line.append(decimal: candidate.position.place)
    line += Array(",\"bytes\":".utf8)
    line.append(decimal: candidate.lineByteCount)
    line += Array(",\"text_bytes\":".utf8)
    line.append(decimal: candidate.textByteCount)
    line += Array(",\"tokens\":".utf8)
    line.append(decimal: candidate.tokenCount)
    line += Array(",\"copies\":".utf8)
    line.append(decimal: UInt64(candidate.copies))
    line += Array(",\"text_hash\":\"\(candidate.textHash.hexadecimal)\"".utf8)
    // Swift prints the shortest decimals that read back as the same doubles.
    line += Array(",\"key\":\(candidate.key),\"second_key\":\(candidate.secondKey)}".utf8)
    return line
  }
}
