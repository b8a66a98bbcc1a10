import Featurizing
import TestSupport
import Testing

@testable import Excluding

/// The check against a plain search, with made-up texts of few words.
@Suite struct ExclusionCheckTests {
  private static let tables = UnicodeTables()

  /// Texts of words of one letter: tokens are easy to see, and n-grams often occur by chance.
  struct Case: Sendable, CustomTestStringConvertible {
    var seed: UInt64
    var gramLength: Int
    /// The number of tokens that are looked into together; 0 for the usual one.
    var capacity = 0
    /// The bits of keys that are used.
    var keyMask = UInt64.max
    var testDescription: String {
      "seed \(seed), n \(gramLength), capacity \(capacity), mask \(keyMask)"
    }
  }

  private struct Texts {
    var evaluation: [[String]]
    var pool: [[String]]

    init(_ settings: Case) {
      var random = SplitMix64(state: settings.seed)
      func text(upTo length: Int) -> [String] {
        (0..<Int.random(in: 0...length, using: &random)).map { _ in
          ["a", "b", "c", "d"].randomElement(using: &random) ?? ""
        }
      }
      let n = settings.gramLength
      evaluation = (0..<12).map { _ in text(upTo: n + 8) }
      pool = (0..<60).map { _ in text(upTo: 200) }
      // Parts of evaluation documents, of all lengths up to one more than n.
      for place in pool.indices where place % 3 == 0 {
        let part = evaluation[place % 12].prefix(place % (n + 2))
        pool[place].insert(contentsOf: part, at: pool[place].count / 2)
      }
    }
  }

  /// An n-gram that was found, and the first evaluation document that has it.
  struct Match: Equatable {
    var document: Int
    var gram: String
  }

  private static func search(_ texts: Texts, _ n: Int) -> [Match?] {
    var first: [[String]: Int] = [:]
    for (number, tokens) in texts.evaluation.enumerated() where tokens.count >= min(8, n) {
      let length = min(n, tokens.count)
      for start in 0...(tokens.count - length) {
        let gram = Array(tokens[start..<(start + length)])
        if first[gram] == nil { first[gram] = number }
      }
    }
    return texts.pool.map { tokens in
      for start in tokens.indices {
        for length in stride(from: min(n, tokens.count - start), through: 1, by: -1) {
          let gram = Array(tokens[start..<(start + length)])
          if let document = first[gram] {
            return Match(document: document, gram: gram.joined(separator: " "))
          }
        }
      }
      return nil
    }
  }

  private static func index(_ texts: Texts, _ settings: Case) -> ExclusionIndex {
    var set = EvaluationSet(gramLength: settings.gramLength)
    var reader = TokenReader(.words, tables: tables)
    for (number, tokens) in texts.evaluation.enumerated() {
      set.beginDocument(file: 0, line: number)
      reader.begin()
      let text = Array(tokens.joined(separator: " ").utf8)
      while reader.nextBlock(of: text.span) {
        for token in 0..<reader.count {
          set.add(reader.bytes(of: token), hash: reader.hashes[token])
        }
      }
      set.endDocument()
    }
    return ExclusionIndex(set, keyMask: settings.keyMask)
  }

  private static func matches(_ texts: Texts, _ settings: Case, givesHashes: Bool) -> [Match?] {
    let index = index(texts, settings)
    var check =
      settings.capacity == 0
      ? ExclusionCheck(index, .words, tables: tables)
      : ExclusionCheck(index, .words, tables: tables, capacity: settings.capacity)
    var reader = TokenReader(.words, tables: tables)
    return texts.pool.map { tokens in
      let text = Array(tokens.joined(separator: " ").utf8)
      check.begin()
      if givesHashes {
        reader.begin()
        while reader.nextBlock(of: text.span) {
          // Three at a time, as blocks of a text may be short.
          for start in stride(from: 0, to: reader.count, by: 3) {
            check.add(reader.hashes.extracting(start..<min(start + 3, reader.count)))
          }
        }
      }
      let none: [UInt64] = []
      let gram =
        givesHashes ? check.match(text.span, lastHashes: none.span) : check.match(text.span)
      guard let gram else { return nil }
      let origin = index.origin(of: gram)
      return Match(document: origin.line, gram: origin.text)
    }
  }

  private static let cases = (0..<12).map { seed in
    Case(seed: seed, gramLength: [1, 2, 3, 7, 8, 9, 12, 13, 13, 14, 20, 40][Int(seed)])
  }

  @Test(arguments: cases)
  func `What is found is what a plain search finds`(settings: Case) {
    let texts = Texts(settings)
    let expected = Self.search(texts, settings.gramLength)
    #expect(Self.matches(texts, settings, givesHashes: true) == expected)
    #expect(Self.matches(texts, settings, givesHashes: false) == expected)
  }

  @Test func `The cases have texts with and without a match`() {
    let found = Self.cases.flatMap { Self.search(Texts($0), $0.gramLength) }
    #expect(found.count { $0 != nil } > 100)
    #expect(found.count { $0 == nil } > 100)
  }

  @Test(arguments: cases)
  func `It doesn't matter where the parts of a long text end`(settings: Case) {
    let texts = Texts(settings)
    let expected = Self.search(texts, settings.gramLength)
    for capacity in [1, 29, 64] {
      var settings = settings
      settings.capacity = capacity
      #expect(Self.matches(texts, settings, givesHashes: true) == expected)
      #expect(Self.matches(texts, settings, givesHashes: false) == expected)
    }
  }

  /// With few bits, filters and table find nearly everything: only the tokens tell.
  @Test(arguments: cases, [0, 1, 0xFF])
  func `Hashes that agree by chance exclude nothing`(settings: Case, keyMask: UInt64) {
    var settings = settings
    settings.keyMask = keyMask
    let texts = Texts(settings)
    let expected = Self.search(texts, settings.gramLength)
    #expect(Self.matches(texts, settings, givesHashes: true) == expected)
  }

  @Test func `An n-gram counts once, wherever it occurs again`() {
    var set = EvaluationSet(gramLength: 3)
    for line in 1...2 {
      set.beginDocument(file: 0, line: line)
      for word in ["a", "b", "a", "b", "a", "b"] {
        set.add(Array(word.utf8).span, hash: word == "a" ? 1 : 2)
      }
      set.endDocument()
    }
    // a b a, and b a b.
    #expect(ExclusionIndex(set).gramCount == 2)
  }

  @Test func `The text of an n-gram is cut where a token is as long as a document`() {
    var set = EvaluationSet(gramLength: 1)
    set.beginDocument(file: 0, line: 1)
    set.add(Array(String(repeating: "ä", count: 1_000_000).utf8).span, hash: 7)
    set.endDocument()
    let origin = ExclusionIndex(set).origin(of: ExcludedGram(place: 0, length: 1))
    #expect(origin.text == String(repeating: "ä", count: 500) + "…")
  }
}
