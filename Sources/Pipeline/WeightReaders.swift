internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting

/// Finds a pool's shards by the paths that files of weights have for them.
struct ShardFinder: Sendable {
  private var byPath: [String: Int] = [:]
  /// nil where several shards have one name.
  private var byName: [Substring: Int?] = [:]

  init(_ shards: [Shard]) {
    for (number, shard) in shards.enumerated() {
      byPath[shard.name] = byPath[shard.name] ?? number
      let name = Self.name(shard.name)
      byName[name] = byName[name] == nil ? .some(number) : .some(nil)
    }
  }

  /// The shard of that path, or the only one of that name: on another machine it may be in another folder.
  func shard(_ path: String) -> Int? { byPath[path] ?? byName[Self.name(path)] ?? nil }

  /// For each path its shard, each shard once: one that has its path in the list is no other's, and of several paths of one
  /// name none has it by the name.
  func shards(_ paths: [String]) -> [Int?] {
    let named = Set(paths.compactMap { byPath[$0] })
    var counts: [Substring: Int] = [:]
    for path in paths { counts[Self.name(path), default: 0] += 1 }
    return paths.map { path in
      if let shard = byPath[path] { return shard }
      guard counts[Self.name(path)] == 1, let shard = shard(path), !named.contains(shard) else {
        return nil
      }
      return shard
    }
  }

  private static func name(_ path: String) -> Substring {
    path.split(separator: "/").last ?? path[...]
  }
}

/// Reads what `dsel weigh` wrote. The pool's documents are where its lines say, and nowhere else.
struct StoredWeightReader: WeightReader, ~Copyable {
  /// What stands where a document's text does.
  static let textField = "text_hash"

  /// The fields of a line, in the order of ``read(_:of:)``.
  static func fields(target: String?) -> [String] {
    let suffix = target.map { ".\($0)" } ?? ""
    return [
      "file", "offset", "bytes", "text_bytes", "tokens", "log_weight\(suffix)",
      "log_odds\(suffix)",
    ]
  }

  private let fields: [String]
  private let shards: ShardFinder
  private let usesLogOdds: Bool
  private var weight = DocumentWeight()
  /// Lines of one file come one after the other.
  private var lastFile = ""
  private var lastShard = 0

  init(target: String?, shards: ShardFinder, usesLogOdds: Bool) {
    fields = Self.fields(target: target)
    self.shards = shards
    self.usesLogOdds = usesLogOdds
  }

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument {
    guard case .string(let file) = line.fields[0] else {
      throw InvalidLine.missingField(path: fields[0], present: [])
    }
    if file != lastFile || lastFile.isEmpty {
      guard let shard = shards.shard(file) else { throw PipelineError.unknownShard(path: file) }
      lastFile = file
      lastShard = shard
    }
    let hash = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    guard let textHash = UInt64(hexadecimal: hash) else {
      throw InvalidLine.notANumber(path: Self.textField, found: "\"\(hash)\"")
    }
    weight = DocumentWeight(
      logWeight: try number(5, line), logOdds: usesLogOdds ? try number(6, line) : 0)
    let tokenCount = try count(4, line, upTo: Int(UInt32.max))
    return WeighedDocument(
      size: DocumentSize(tokenCount: tokenCount, featureCount: 0, length: tokenCount),
      textHash: textHash,
      position: Position(
        shard: lastShard, offset: try count(1, line, upTo: Candidate.maximumOffset)),
      lineByteCount: try count(2, line, upTo: Int(UInt32.max)),
      textByteCount: try count(3, line, upTo: Int(UInt32.max)))
  }

  private func number(_ field: Int, _ line: DocumentLine) throws -> Double {
    try line.fields[field].double(of: fields[field])
  }

  private func count(_ field: Int, _ line: DocumentLine, upTo limit: Int) throws -> Int {
    let value = try number(field, line)
    guard let count = Int(exactly: value), (0...limit).contains(count) else {
      throw InvalidLine.notANumber(path: fields[field], found: "\(value)")
    }
    return count
  }

  func weight(_ target: Int) -> DocumentWeight { weight }

  func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {}
}

/// Takes the sum of numbers in a document's own line for its log weight.
struct FieldWeightReader: WeightReader, ~Copyable {
  private let fields: [FieldWeight]
  /// What is taken from each field's number; nil if nothing has to be.
  private let origins: [WideNumber]?
  /// nil where lengths don't matter.
  private var featurizer: Featurizer?
  private var weight = DocumentWeight()

  /// - Parameter origins: of ``FieldOrigins``; nil where it isn't known yet whether any are needed.
  init(_ fields: [FieldWeight], origins: [WideNumber]?, countsTokens: Bool) {
    self.fields = fields
    self.origins = origins
    if countsTokens {
      featurizer = Featurizer(
        FeatureSettings(maximumOrder: 1, bucketCount: 2), tables: UnicodeTables())
    } else {
      featurizer = nil
    }
  }

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument {
    var sum = 0.0
    for (index, field) in fields.enumerated() {
      let number = try line.fields[index].wideNumber(of: field.field)
      if let origins {
        sum += field.scale * number.distance(from: origins[index])
      } else {
        guard !FieldOrigins.isLarge(number, scale: field.scale) else { throw LargeNumbers() }
        sum += field.scale * number.high
      }
    }
    guard sum.isFinite else { throw InvalidLine.sumTooLarge(paths: fields.map(\.field)) }
    weight = DocumentWeight(logWeight: sum)
    var tokenCount = 0
    if featurizer != nil {
      featurizer?.begin()
      while featurizer?.nextBlock(of: text) == true {}
      tokenCount = featurizer?.tokenCount ?? 0
    }
    return WeighedDocument(
      size: DocumentSize(tokenCount: tokenCount, featureCount: 0, length: tokenCount),
      textHash: GumbelNoise.identity(of: text), position: line.position,
      lineByteCount: line.byteCount, textByteCount: text.count)
  }

  func weight(_ target: Int) -> DocumentWeight { weight }

  func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {}
}

extension FieldValue {
  /// The number in the field `path`.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:)``
  func double(of path: String) throws(InvalidLine) -> Double { try wideNumber(of: path).high }

  /// The number in the field `path`, of a large integer with what its double rounds away.
  ///
  /// - Throws: ``InvalidLine/notANumber(path:found:)``
  func wideNumber(of path: String) throws(InvalidLine) -> WideNumber {
    switch self {
    case .number(let value): return WideNumber(value)
    case .largeNumber(let text):
      guard let value = WideNumber(text) else { throw .notANumber(path: path, found: text) }
      return value
    case .missing: throw .notANumber(path: path, found: "missing")
    case .string: throw .notANumber(path: path, found: JSONKind.string.rawValue)
    case .boolean: throw .notANumber(path: path, found: JSONKind.boolean.rawValue)
    case .null: throw .notANumber(path: path, found: JSONKind.null.rawValue)
    case .other: throw .notANumber(path: path, found: "an object or an array")
    }
  }
}
