internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting

/// Reads the weights that `dsel weigh` wrote.
///
/// The pool's documents are those that its lines name, and no others.
struct StoredWeightReader: WeightReader, ~Copyable {
  /// The field that takes the place of a document's text.
  static let textField = "text_hash"

  /// The fields of a line, in the order of ``read(_:of:)``.
  static func fields(target: String?) -> [String] {
    let suffix = target.map { ".\(FieldPath.escaped($0.utf8))" } ?? ""
    return [
      "file", "offset", "bytes", "text_bytes", "tokens", "log_weight\(suffix)",
      "log_odds\(suffix)", "row",
    ]
  }

  private let fields: [String]
  private let shards: ShardFinder
  private let usesLogOdds: Bool
  /// Notes facts about the lines; nil if another pass does that.
  private let places: WeighedPlaces?
  /// Only places with a hash up to this are noted.
  private var largestHash = UInt64.max
  private var weight = DocumentWeight()
  /// The last file, since the lines of one file follow each other.
  private var lastFile = ExactString("")
  private var lastShard = 0
  /// The number of lines of that file that aren't noted yet.
  private var lineCount = 0

  init(target: String?, shards: ShardFinder, usesLogOdds: Bool, places: WeighedPlaces? = nil) {
    fields = Self.fields(target: target)
    self.shards = shards
    self.usesLogOdds = usesLogOdds
    self.places = places
  }

  deinit { if lineCount > 0 { places?.add(lineCount, to: lastShard) } }

  mutating func read(_ text: Span<UInt8>, of line: DocumentLine) throws -> WeighedDocument {
    guard case .string(let file) = line.fields[0] else {
      throw InvalidLine.missingField(path: fields[0], present: [])
    }
    try find(ExactString(file))
    let hash = String(decoding: text.indices.map { text[$0] }, as: UTF8.self)
    guard let textHash = UInt64(hexadecimal: hash) else {
      throw InvalidLine.notANumber(
        path: Self.textField, found: .written("\"\(hash)\""), expected: .hash)
    }
    weight = DocumentWeight(
      logWeight: try number(5, line), logOdds: usesLogOdds ? try number(6, line) : 0)
    let tokenCount = try count(4, line, upTo: Int(UInt32.max))
    // A row of a table, or a line.
    let isRow = line.fields[7] != .missing
    let document = WeighedDocument(
      size: DocumentSize(tokenCount: tokenCount, featureCount: 0, length: tokenCount),
      textHash: textHash,
      position: Position(
        shard: lastShard, place: try count(isRow ? 7 : 1, line, upTo: Candidate.maximumPlace)),
      lineByteCount: isRow ? 0 : try count(2, line, upTo: Int(UInt32.max)),
      textByteCount: try count(3, line, upTo: Int(UInt32.max)))
    note(document.position)
    return document
  }

  /// Makes this file the last one, and finds its shard.
  private mutating func find(_ file: ExactString) throws(PipelineError) {
    guard file != lastFile || lastFile.string.isEmpty else { return }
    guard let match = shards.match(file.string) else {
      throw .weights(.unknownShard(path: file.string, pool: shards.names))
    }
    if lineCount > 0 { places?.add(lineCount, to: lastShard) }
    lineCount = 0
    lastFile = file
    lastShard = match.shard
    places?.claim(file.string, match)
  }

  private mutating func note(_ position: Position) {
    guard let places else { return }
    lineCount += 1
    let hash = PositionHash.of(position)
    if hash <= largestHash { largestHash = places.add(position, hash: hash) }
  }

  private func number(_ field: Int, _ line: DocumentLine) throws -> Double {
    try line.fields[field].double(of: fields[field])
  }

  private func count(_ field: Int, _ line: DocumentLine, upTo limit: Int) throws -> Int {
    let value = try number(field, line)
    guard let count = Int(exactly: value), (0...limit).contains(count) else {
      throw InvalidLine.notANumber(
        path: fields[field], found: .written("\(value)"), expected: .count(upTo: limit))
    }
    return count
  }

  func weight(_ target: Int) -> DocumentWeight { weight }

  func count(_ text: Span<UInt8>, in counts: inout FeatureCounts) {}
}
