internal import Compression
package import Reading
internal import Resampling
internal import Weighting
internal import Writing

/// Why a file has no candidates that can be used.
package enum CandidateFileError: Error, Equatable {
  case stream(JSONStreamError)
  case notCandidates
  case newerVersion(Int, readable: Int)
  case missing(String)
  case invalid(String)
  /// A member, or the sum of those of several files, is larger than any that is read.
  case tooLarge(String, limit: Int)
}

/// How candidates are written and read.
extension CandidateFile {
  /// The header as a line of JSON.
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

  /// - Returns: the whole file, which gets its name by ``AtomicFile/commit()``; nil for standard output.
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
    // The format comes first, for whoever looks at the first bytes.
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
    // The shortest decimals that read back as the same doubles.
    line += Array(",\"key\":\(candidate.key),\"second_key\":\(candidate.secondKey)}".utf8)
    return line
  }

  /// True if the file begins as one of candidates does.
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
    let path = shard.name
    do {
      var stream = try JSONStream(shard, limits: limits)
      var reader = Reader()
      guard try stream.kind() == .object else { throw CandidateFileError.notCandidates }
      try stream.readObject { key, stream in try reader.readHeader(key, &stream) }
      var file = CandidateFile(header: try reader.header(), candidates: [])
      while try !stream.isAtEnd() {
        // Not more than was announced, however long the file goes on.
        guard file.candidates.count < reader.numbers["candidates", default: 0] else {
          throw CandidateFileError.invalid("candidates")
        }
        file.candidates.append(
          try Reader.candidate(&stream, shardCount: file.header.shards.count))
      }
      guard file.candidates.count == reader.numbers["candidates"] else {
        throw CandidateFileError.invalid("candidates")
      }
      self = file
    } catch let error as ReadingError {
      throw .input(.reading(error, line: nil))
    } catch let error as JSONStreamError {
      if case .reading(let error) = error { throw .input(.reading(error, line: nil)) }
      throw .candidates(.unusable(path: path, .stream(error)))
    } catch let error as CandidateFileError {
      throw .candidates(.unusable(path: path, error))
    } catch FittedModelError.missing(let member) {
      throw .candidates(.unusable(path: path, .missing(member)))
    } catch FittedModelError.invalid(let member) {
      throw .candidates(.unusable(path: path, .invalid(member)))
    } catch FittedModelError.tooLarge(let member, let limit) {
      throw .candidates(.unusable(path: path, .tooLarge(member, limit: limit)))
    } catch {
      preconditionFailure("another error: \(error)")
    }
  }

  private init(header: Header, candidates: [Candidate]) {
    self.header = header
    self.candidates = candidates
  }

  private struct Reader {
    var format: String?
    var strings: [String: String] = [:]
    var numbers: [String: Int] = [:]
    var doubles: [String: Double] = [:]
    var topK: Bool?
    var shards: [FittedModel.Input]?

    mutating func readHeader(_ key: String, _ stream: inout JSONStream) throws {
      switch key {
      case "format":
        format = try stream.readString()
        guard format == CandidateFile.format else { throw CandidateFileError.notCandidates }
      case "format_version":
        let version = try stream.readCount()
        guard version <= CandidateFile.version else {
          throw CandidateFileError.newerVersion(version, readable: CandidateFile.version)
        }
        numbers[key] = version
      case "seed", "estimator", "normalize", "compat", "target_model_xxh3", "pool_model_xxh3",
        "text_field":
        strings[key] = try stream.readString()
      case "count", "min_tokens": numbers[key] = try stream.readCount()
      case "documents", "eligible_documents", "pool_documents", "candidates":
        numbers[key] = try count(key, &stream)
      case "temperature", "logistic_share", "smoothing", "target_smoothing":
        doubles[key] = try stream.readNumber()
      case "top_k": topK = try stream.readBoolean()
      case "shards": try readShards(&stream)
      default: try stream.skipValue()
      }
    }

    private mutating func readShards(_ stream: inout JSONStream) throws {
      var read: [FittedModel.Input] = []
      var pathBytes = 0
      try stream.readArray { stream in
        guard read.count < Candidate.maximumShardCount else {
          throw CandidateFileError.tooLarge("shards", limit: Candidate.maximumShardCount)
        }
        let input = try FittedModel.Input(&stream, of: "shards")
        pathBytes += input.path.utf8.count
        guard pathBytes <= FittedModel.mostPathBytes else {
          throw CandidateFileError.tooLarge("shards", limit: FittedModel.mostPathBytes)
        }
        read.append(input)
      }
      shards = read
    }

    private static func hash(_ name: String, _ stream: inout JSONStream) throws -> UInt64 {
      guard let hash = UInt64(hexadecimal: try stream.readString()) else {
        throw CandidateFileError.invalid(name)
      }
      return hash
    }

    func header() throws(CandidateFileError) -> Header {
      guard format != nil else { throw .notCandidates }
      func string(_ name: String) throws(CandidateFileError) -> String {
        guard let value = strings[name] else { throw .missing(name) }
        return value
      }
      func number(_ name: String) throws(CandidateFileError) -> Int {
        guard let value = numbers[name] else { throw .missing(name) }
        return value
      }
      func double(_ name: String) throws(CandidateFileError) -> Double {
        guard let value = doubles[name] else { throw .missing(name) }
        return value
      }
      func hash(_ name: String) throws(CandidateFileError) -> UInt64 {
        guard let value = UInt64(hexadecimal: try string(name)) else { throw .invalid(name) }
        return value
      }
      _ = try number("format_version")
      // A draw takes no more than its count from what was eligible.
      guard try number("eligible_documents") <= number("documents"),
        try number("candidates") <= number("eligible_documents")
      else { throw .invalid("eligible_documents") }
      guard let seed = UInt64(try string("seed")) else { throw .invalid("seed") }
      guard let topK else { throw .missing("top_k") }
      guard let shards else { throw .missing("shards") }
      let sorted = zip(shards, shards.dropFirst()).allSatisfy { CandidateFile.precedes($0, $1) }
      guard sorted else { throw .invalid("shards") }
      let share = try double("logistic_share")
      guard (0...1).contains(share) else { throw .invalid("logistic_share") }
      guard try double("temperature") > 0 else { throw .invalid("temperature") }
      return Header(
        settings: Settings(
          seed: seed, topK: topK, temperature: try double("temperature"),
          count: try number("count"), logisticShare: share,
          minimumTokenCount: try number("min_tokens"), estimator: try string("estimator"),
          normalization: try string("normalize"), smoothing: try double("smoothing"),
          targetSmoothing: try double("target_smoothing"), compatibility: strings["compat"],
          targetModel: try hash("target_model_xxh3"), poolModel: try hash("pool_model_xxh3"),
          textField: try string("text_field")),
        shards: shards, documentCount: try number("documents"),
        eligibleCount: try number("eligible_documents"),
        poolDocumentCount: numbers["pool_documents"])
    }

    private func count(_ key: String, _ stream: inout JSONStream) throws -> Int {
      let count = try stream.readCount()
      guard count <= FittedModel.largestCount else {
        throw CandidateFileError.tooLarge(key, limit: FittedModel.largestCount)
      }
      return count
    }

    static func candidate(
      _ stream: inout JSONStream, shardCount: Int
    ) throws -> Candidate {
      var numbers: [String: Int] = [:]
      var keys: [String: Double] = [:]
      var hash: UInt64?
      try stream.readObject { key, stream in
        switch key {
        case "shard", "offset", "bytes", "text_bytes", "tokens", "copies":
          numbers[key] = try stream.readCount()
        case "key", "second_key": keys[key] = try stream.readNumber()
        case "text_hash": hash = try Self.hash("text_hash", &stream)
        default: try stream.skipValue()
        }
      }
      func number(_ name: String, upTo limit: Int) throws(CandidateFileError) -> Int {
        guard let value = numbers[name] else { throw .missing(name) }
        guard value <= limit else { throw .invalid(name) }
        return value
      }
      guard let hash else { throw CandidateFileError.missing("text_hash") }
      guard let key = keys["key"], let secondKey = keys["second_key"] else {
        throw CandidateFileError.missing("key")
      }
      let limit = Int(UInt32.max)
      guard shardCount > 0 else { throw CandidateFileError.invalid("shard") }
      return Candidate(
        key: key, secondKey: secondKey, textHash: hash,
        position: Position(
          shard: try number("shard", upTo: shardCount - 1),
          place: try number("offset", upTo: Candidate.maximumPlace)),
        lineByteCount: try number("bytes", upTo: limit),
        textByteCount: try number("text_bytes", upTo: limit),
        tokenCount: try number("tokens", upTo: limit),
        copies: UInt32(try number("copies", upTo: limit)))
    }
  }
}
