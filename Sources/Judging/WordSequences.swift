/// Documents as sequences of words, each word as its number in a ``Vocabulary``.
package struct WordSequences: Sendable {
  package struct Document: Sendable {
    /// The hash of its text, by which documents are put in order.
    package var identity: UInt64
    fileprivate var start: Int
    package fileprivate(set) var wordCount: Int
  }

  private var words: [UInt32] = []
  package private(set) var documents: [Document] = []
  /// The size of the documents' texts in UTF-8.
  package private(set) var byteCount = 0

  package init() {}

  package var wordCount: Int { words.count }

  package mutating func beginDocument(identity: UInt64, byteCount: Int) {
    documents.append(Document(identity: identity, start: words.count, wordCount: 0))
    self.byteCount += byteCount
  }

  /// Adds a word to the last document.
  package mutating func add(_ word: UInt32) {
    words.append(word)
    documents[documents.count - 1].wordCount += 1
  }

  /// Adds the documents of another collection.
  ///
  /// - Parameter numbers: the numbers here of the other's words.
  package mutating func append(_ other: WordSequences, renumbered numbers: [UInt32]) {
    let before = words.count
    words.reserveCapacity(before + other.words.count)
    for word in other.words { words.append(numbers[Int(word)]) }
    documents += other.documents.map {
      Document(identity: $0.identity, start: before + $0.start, wordCount: $0.wordCount)
    }
    byteCount += other.byteCount
  }

  /// The words of a document.
  @_lifetime(borrow self)
  package func words(of document: Document) -> Span<UInt32> {
    words.span.extracting(document.start..<(document.start + document.wordCount))
  }

  /// The documents in the order of their keys, up to the one that reaches `limit` words.
  ///
  /// Equal texts have equal keys and follow each other, so the result doesn't depend on the order
  /// in which documents were added.
  ///
  /// - Parameter key: the key of an identity.
  /// - Complexity: O(*n* log *n*), where *n* is the number of documents.
  package func ordered(by key: (UInt64) -> UInt64, limit: Int?) -> [Document] {
    let sorted = documents.map { (key: key($0.identity), document: $0) }
      .sorted { ($0.key, $0.document.wordCount) < ($1.key, $1.document.wordCount) }
      .map(\.document)
    guard let limit else { return sorted }
    var total = 0
    let end = sorted.firstIndex { document in
      if total >= limit { return true }
      total += document.wordCount
      return false
    }
    return Array(sorted[..<(end ?? sorted.count)])
  }
}
