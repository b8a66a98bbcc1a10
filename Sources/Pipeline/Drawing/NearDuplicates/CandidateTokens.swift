internal import Choosing
internal import Deduplicating
internal import Featurizing
internal import Platform
internal import Reading
internal import Resampling

/// The tokens of candidates, and what finds similar ones among them.
///
/// A candidate takes 4 bytes for each band of its signature and 13 more in memory, and 4 bytes for
/// each of its tokens, which go to a temporary file once there are many.
final class CandidateTokens: Sendable {
  let bands: MinHashBands
  private let bytes: CandidateBytes
  private let state: Lock<State>

  private struct State: ~Copyable {
    /// The hashes of bands, candidate after candidate.
    var signatures: [UInt32]
    /// Whether each candidate has a shingle.
    var haveShingles: [Bool]
  }

  /// - Parameters:
  ///   - count: the number of candidates.
  ///   - similarity: above 0, at most 1.
  ///   - room: for the temporary file.
  init(count: Int, similarity: Double, room: SpoolRoom) {
    bands = MinHashBands(similarity: similarity)
    bytes = CandidateBytes(count: count, room: room)
    state = Lock(
      State(
        signatures: Array(repeating: 0, count: count * bands.count),
        haveShingles: Array(repeating: false, count: count)))
  }

  /// The tokens of one candidate, and what is computed from them.
  struct Entry: Sendable {
    var number: Int
    var bytes: [UInt8]
    /// Empty if there are no shingles.
    var signature: [UInt32] = []

    /// - Parameter bytes: see ``TokenBytes``.
    init(_ number: Int, _ bytes: [UInt8], _ bands: MinHashBands) {
      self.number = number
      self.bytes = bytes
      let shingles = ShingleSet.hashes(of: TokenBytes.decode(bytes).span)
      if !shingles.isEmpty { bands.append(bandsOf: shingles.span, to: &signature) }
    }
  }

  /// - Throws: ``PipelineError``
  func put(_ entries: [Entry]) throws(PipelineError) {
    for entry in entries { try bytes.put(entry.bytes, of: entry.number) }
    state.withLock { state in
      for entry in entries {
        state.haveShingles[entry.number] = !entry.signature.isEmpty
        for (band, hash) in entry.signature.enumerated() {
          state.signatures[entry.number * bands.count + band] = hash
        }
      }
    }
  }

  /// The groups of candidates that share a band.
  var similar: SimilarKept {
    state.withLock { state in
      let haveShingles = state.haveShingles
      return SimilarKept(state.signatures, bandCount: bands.count) { !haveShingles[$0] }
    }
  }

  /// - Throws: ``PipelineError``
  func shingles(of number: Int) throws(PipelineError) -> ShingleSet {
    ShingleSet(TokenBytes.decode(try bytes.bytes(of: number)).span)
  }
}

/// A candidate's tokens as bytes: the upper 32 bits of each token's hash, little-endian, in order.
enum TokenBytes {
  static func append(_ hashes: Span<UInt64>, to bytes: inout [UInt8]) {
    for index in hashes.indices {
      WordBytes.append(ShingleSet.token(of: hashes[index]), to: &bytes)
    }
  }

  /// - Precondition: the bytes encode whole tokens.
  static func decode(_ bytes: [UInt8]) -> [UInt32] {
    precondition(bytes.count % 4 == 0)
    let span = bytes.span
    var tokens: [UInt32] = []
    tokens.reserveCapacity(bytes.count / 4)
    for start in stride(from: 0, to: bytes.count, by: 4) {
      tokens.append(WordBytes.word(at: start, of: span))
    }
    return tokens
  }
}

/// Gives the tokens of candidates.
protocol TokenSource: Sendable {
  /// - Parameter candidates: in pool order. Tokens go by their numbers.
  /// - Throws: ``PipelineError``
  func read(_ candidates: [Candidate], into tokens: CandidateTokens) throws
}

/// Reads the candidates in the pool again.
struct PoolTokens: TokenSource {
  var texts: PoolTexts
  var tokenizer: TokenizerKind

  func read(_ candidates: [Candidate], into tokens: CandidateTokens) throws {
    try texts.read(candidates, .compareCandidates) { [tokenizer] in
      Reader(tokenizer) { try tokens.put($0.map { .init($0.number, $0.bytes, tokens.bands) }) }
    }
  }

  /// Reads the tokens as files of candidates have them.
  ///
  /// - Parameter lines: the numbers that each candidate has in the store.
  func read(_ candidates: [Candidate], _ lines: [Range<Int>], into store: CandidateBytes) throws {
    try texts.read(candidates, .compareCandidates) { [tokenizer] in
      Reader(tokenizer) { texts in
        for text in texts {
          for line in lines[text.number] { try store.put(text.bytes, of: line) }
        }
      }
    }
  }

  private struct Reader: CandidateReader, ~Copyable {
    struct Text {
      var number: Int
      var bytes: [UInt8] = []
    }

    private var reader: TokenReader
    private let use: @Sendable ([Text]) throws -> Void
    private var texts: [Text] = []

    /// - Parameter use: gets the texts of a chunk.
    init(_ tokenizer: TokenizerKind, use: @escaping @Sendable ([Text]) throws -> Void) {
      reader = TokenReader(tokenizer, tables: UnicodeTables())
      self.use = use
    }

    mutating func add(_ text: Span<UInt8>, of candidate: Candidate, number: Int) {
      var found = Text(number: number)
      found.bytes.reserveCapacity(4 * candidate.tokenCount)
      reader.begin()
      while reader.nextBlock(of: text) { TokenBytes.append(reader.hashes, to: &found.bytes) }
      texts.append(found)
    }

    mutating func endChunk() throws {
      try use(texts)
      texts.removeAll(keepingCapacity: true)
    }
  }
}

extension CandidateFile {
  /// Reads the candidates again, for near-duplicates.
  ///
  /// - Parameters:
  ///   - texts: the shards, in the order of the file.
  ///   - room: for the temporary file.
  /// - Throws: ``PipelineError``
  mutating func addTokens(
    _ texts: PoolTexts, _ tokenizer: TokenizerKind, _ room: SpoolRoom
  ) throws {
    let store = CandidateBytes(count: candidates.count, room: room)
    let lines = linesOfDocuments
    try PoolTokens(texts: texts, tokenizer: tokenizer)
      .read(lines.map { candidates[$0.lowerBound] }, lines, into: store)
    tokens = store
  }
}
