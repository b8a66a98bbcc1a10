internal import Featurizing
internal import Judging
internal import Platform

/// Counts words and pairs of words on three sides.
struct PhraseCounts: ~Copyable {
  enum Side: Int { case selected, base, target }

  /// No more of a document is read, so that one document can't fill memory.
  static let mostBytes = 1 << 16
  /// Rows in a list.
  static let rowCount = 20
  /// Phrases with fewer occurrences on both sides aren't compared.
  static let leastCount = 4
  /// Longer words are cut in lists.
  private static let longestWord = 40

  private typealias Counts = InlineArray<3, Int32>

  private var vocabulary = Vocabulary()
  /// Whether a word has a letter or a digit. Others don't make phrases.
  private var isWord: [Bool] = []
  /// By the numbers of two words, each plus one; a single word has no second.
  private var phraseCounts: [UInt64: Counts] = [:]
  private var read: [ReportData.Side]
  private var reader: TokenReader

  init(_ tokenizer: TokenizerKind) {
    reader = TokenReader(tokenizer, tables: UnicodeTables())
    read = Array(repeating: ReportData.Side(documents: 0, tokens: 0, bytes: 0), count: 3)
  }

  /// What was read of a side.
  func read(_ side: Side) -> ReportData.Side { read[side.rawValue] }

  /// Adds a document, or its beginning if it's long.
  mutating func add(_ text: Span<UInt8>, to side: Side) {
    let text = text.extracting(first: Self.wholeCharacters(text))
    read[side.rawValue].documents += 1
    read[side.rawValue].bytes = (read[side.rawValue].bytes ?? 0) + text.count
    var last: UInt64 = 0
    reader.begin()
    while reader.nextBlock(of: text) {
      for token in 0..<reader.count {
        let word = vocabulary.number(of: reader.bytes(of: token), hash: reader.hashes[token])
        if Int(word) == isWord.count { isWord.append(Self.isWord(vocabulary.word(word))) }
        read[side.rawValue].tokens += 1
        guard isWord[Int(word)] else {
          last = 0
          continue
        }
        let number = UInt64(word) + 1
        phraseCounts[number << 32, default: Counts(repeating: 0)][side.rawValue] += 1
        if last > 0 {
          phraseCounts[last << 32 | number, default: Counts(repeating: 0)][side.rawValue] += 1
        }
        last = number
      }
    }
  }

  /// The number of bytes up to ``mostBytes`` that end with a character.
  private static func wholeCharacters(_ text: Span<UInt8>) -> Int {
    guard text.count > mostBytes else { return text.count }
    var end = mostBytes
    while end > 0, text[end] & 0xC0 == 0x80 { end -= 1 }
    return end
  }

  private static func isWord(_ word: Span<UInt8>) -> Bool {
    for place in word.indices {
      switch word[place] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...: return true
      default: continue
      }
    }
    return false
  }

  /// The phrases that the selection has more of than the base, and less of.
  func compared() -> (more: [ReportData.Phrases.Row], less: [ReportData.Phrases.Row]) {
    let (size, baseSize) = (Double(read(.selected).tokens), Double(read(.base).tokens))
    guard size > 0, baseSize > 0 else { return ([], []) }
    var (more, less): ([Scored], [Scored]) = ([], [])
    for (phrase, counts) in phraseCounts where counts[0] + counts[1] >= Self.leastCount {
      let (count, base) = (Double(counts[0]), Double(counts[1]))
      let score = Self.ratio(count, base, size, baseSize)
      let isMore = count * baseSize > base * size
      let scored = Scored(phrase: phrase, score: score)
      if isMore { more.append(scored) } else { less.append(scored) }
    }
    return (rows(more), rows(less))
  }

  private struct Scored {
    var phrase: UInt64
    var score: Double
  }

  /// G² = 2 Σ observed ln(observed / expected), as Dunning (1993) has it for two counts.
  static func ratio(_ count: Double, _ base: Double, _ size: Double, _ baseSize: Double) -> Double {
    let rate = (count + base) / (size + baseSize)
    let term = { (observed: Double, expected: Double) in
      observed > 0 ? observed * log(observed / expected) : 0
    }
    return 2 * (term(count, size * rate) + term(base, baseSize * rate))
  }

  /// The phrases with the largest scores. Equal scores are in the order of their bytes.
  private func rows(_ scored: [Scored]) -> [ReportData.Phrases.Row] {
    let least = scored.map(\.score).sorted(by: >).prefix(Self.rowCount).last ?? 0
    return scored.filter { $0.score >= least }
      .map { (score: $0.score, words: words(of: $0.phrase), phrase: $0.phrase) }
      .sorted {
        $0.score != $1.score ? $0.score > $1.score : $0.words.lexicographicallyPrecedes($1.words)
      }
      .prefix(Self.rowCount)
      .map { row in
        let counts = phraseCounts[row.phrase] ?? Counts(repeating: 0)
        return ReportData.Phrases.Row(
          phrase: Self.shortened(row.words), selected: Int(counts[0]), base: Int(counts[1]),
          target: Int(counts[2]), score: row.score)
      }
  }

  /// The UTF-8 of a phrase.
  private func words(of phrase: UInt64) -> [UInt8] {
    var bytes = bytes(ofWord: UInt32(phrase >> 32) - 1)
    let second = UInt32(truncatingIfNeeded: phrase)
    if second > 0 { bytes += [UInt8(ascii: " ")] + self.bytes(ofWord: second - 1) }
    return bytes
  }

  private func bytes(ofWord number: UInt32) -> [UInt8] {
    let word = vocabulary.word(number)
    return word.indices.map { word[$0] }
  }

  private static func shortened(_ phrase: [UInt8]) -> String {
    String(decoding: phrase, as: UTF8.self).split(separator: " ").map { word in
      word.unicodeScalars.count > longestWord
        ? String(String.UnicodeScalarView(word.unicodeScalars.prefix(longestWord))) + "…"
        : String(word)
    }.joined(separator: " ")
  }
}
