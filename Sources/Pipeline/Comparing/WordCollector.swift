internal import Featurizing
internal import Judging
internal import Resampling

/// Reads the words of documents, in memory of its own.
struct WordCollector: DocumentConsumer, ~Copyable {
  struct Words: Sendable {
    var vocabulary = Vocabulary()
    var sequences = WordSequences()
  }

  private var reader: TokenReader
  private var words = Words()
  /// Whether a text is kept, by its hash; nil to keep all.
  private let keeps: (@Sendable (UInt64) -> Bool)?

  init(_ tables: UnicodeTables, keeps: (@Sendable (UInt64) -> Bool)?) {
    reader = TokenReader(.wordpunct, tables: tables)
    self.keeps = keeps
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
    let identity = TextHash.of(text)
    if let keeps, !keeps(identity) { return }
    words.sequences.beginDocument(identity: identity, byteCount: text.count)
    reader.begin()
    while reader.nextBlock(of: text) {
      for token in 0..<reader.count {
        words.sequences.add(
          words.vocabulary.number(of: reader.bytes(of: token), hash: reader.hashes[token]))
      }
    }
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> Words { words }
}

extension WordSequences {
  /// Joins what several workers read.
  ///
  /// - Parameter vocabulary: gets the words.
  init(joining parts: [WordCollector.Words], into vocabulary: inout Vocabulary) {
    self.init()
    for part in parts {
      append(part.sequences, renumbered: vocabulary.merge(part.vocabulary))
    }
  }
}
