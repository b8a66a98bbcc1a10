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
  /// Keeps only documents that one of these has; nil to keep all.
  private let arms: [RandomDocuments]?

  init(_ tables: UnicodeTables, arms: [RandomDocuments]?) {
    reader = TokenReader(.wordpunct, tables: tables)
    self.arms = arms
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) {
    let identity = TextHash.of(text)
    if let arms, !arms.contains(where: { $0.contains(identity) }) { return }
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
