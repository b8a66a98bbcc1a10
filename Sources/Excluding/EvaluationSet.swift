internal import Judging

/// The texts of evaluation documents, as numbers of tokens.
///
///     set.beginDocument(file: 0, line: 1)
///     for each token { set.add(token, hash: hash) }
///     set.endDocument()
///
/// A text of ``gramLength`` tokens or more stands for all of its n-grams of that length. A shorter
/// one is an n-gram by itself, if it has at least ``leastLength`` tokens.
package struct EvaluationSet: Sendable {
  /// Shorter texts would match by chance.
  package static let usualLeastLength = 8
  /// The largest number of tokens of all documents.
  package static let mostTokens = Int(UInt32.max) - 1

  package let gramLength: Int
  /// The number of documents with fewer than ``leastLength`` tokens, which aren't looked for.
  package private(set) var shortCount = 0
  /// The number of the others.
  package var usedCount: Int { documents.count }
  package var tokenCount: Int { tokens.count }

  private(set) var vocabulary = Vocabulary()
  /// The tokens of all documents, one after the other.
  private(set) var tokens: [UInt32] = []
  private(set) var documents: [Document] = []

  /// Where a document's tokens begin, and where it comes from.
  struct Document: Sendable {
    var start: Int
    var line: Int
    var file: Int
  }

  private var open: Document?

  /// - Parameter gramLength: at least 1.
  package init(gramLength: Int) {
    precondition(gramLength > 0)
    self.gramLength = gramLength
  }

  /// The fewest tokens of a text that is looked for.
  package var leastLength: Int { Self.leastLength(gramLength: gramLength) }

  package static func leastLength(gramLength: Int) -> Int { min(usualLeastLength, gramLength) }

  /// - Parameters:
  ///   - file: the number of the document's file.
  ///   - line: the number of its line, from 1.
  package mutating func beginDocument(file: Int, line: Int) {
    open = Document(start: tokens.count, line: line, file: file)
  }

  /// - Parameter hash: XXH3-64 of the token's bytes.
  package mutating func add(_ token: Span<UInt8>, hash: UInt64) {
    tokens.append(vocabulary.number(of: token, hash: hash))
  }

  package mutating func endDocument() {
    guard let document = open else { preconditionFailure("no document was begun") }
    open = nil
    if tokens.count - document.start >= leastLength {
      documents.append(document)
    } else {
      tokens.removeLast(tokens.count - document.start)
      shortCount += 1
    }
  }

  // MARK: N-grams

  /// The places of a document's tokens.
  func places(of document: Int) -> Range<Int> {
    let end = document + 1 < documents.count ? documents[document + 1].start : tokens.count
    return documents[document].start..<end
  }

  /// The document that a token belongs to.
  ///
  /// - Complexity: O(log *n*)
  func document(at place: Int) -> Int {
    var (low, high) = (0, documents.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if documents[middle].start <= place { low = middle } else { high = middle }
    }
    return low
  }

  /// The length of the n-gram that begins at a place, if one begins there.
  func gramLength(at place: Int) -> Int {
    min(gramLength, places(of: document(at: place)).count)
  }

  /// Whether an n-gram of this length at a place equals the one at another place.
  func isGram(of length: Int, at place: Int, equalTo other: Int) -> Bool {
    guard place + length <= tokens.count else { return false }
    for index in 0..<length where tokens[place + index] != tokens[other + index] { return false }
    return gramLength(at: place) == length
  }

  /// The tokens of an n-gram, joined by blanks; cut where they are longer than
  /// ``longestText``.
  func text(_ places: Range<Int>) -> String {
    var bytes: [UInt8] = []
    for place in places {
      if place > places.lowerBound { bytes.append(UInt8(ascii: " ")) }
      let word = vocabulary.word(tokens[place])
      for index in word.indices.prefix(Self.longestText + 1) { bytes.append(word[index]) }
      if bytes.count > Self.longestText { break }
    }
    guard bytes.count > Self.longestText else { return String(decoding: bytes, as: UTF8.self) }
    var end = Self.longestText
    while bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return String(decoding: bytes[..<end], as: UTF8.self) + "…"
  }

  /// The bytes of an n-gram's text: a token may be as long as a document.
  private static let longestText = 1000
}
