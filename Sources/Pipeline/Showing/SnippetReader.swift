internal import Featurizing

/// Finds what speaks for and against a document, and a part of its text that has much of it.
struct SnippetReader: ~Copyable {
  struct Outcome {
    var up: [SelectionAnswer.NGram]
    var down: [SelectionAnswer.NGram]
    var begin: Int
    var pieces: [ShownDocuments.Piece]
  }

  /// N-grams that are listed, and those that are marked in the text, each way.
  private static let listedCount = 5
  private static let markedCount = 10
  /// The number of characters of a snippet, and of the text's bytes that it is looked for in.
  private static let length = 400
  private static let searchedByteCount = 1 << 16

  private let model: WeighingModel
  private var reader: NGramReader

  init(_ model: WeighingModel) {
    self.model = model
    reader = NGramReader(model.features, tables: model.tables)
  }

  mutating func read(_ text: Span<UInt8>, target: Int) -> Outcome {
    var explainer = DocumentExplainer(model, target: target)
    let outcome = explainer.explain(text)
    let strongest = outcome.strongest(Self.markedCount)
    /// What each occurrence of a marked n-gram adds to the log weight.
    var valueByText: [[UInt8]: Double] = [:]
    for index in strongest.up + strongest.down {
      valueByText[Array(outcome.ngrams[index].text.utf8)] =
        strongest.contributions[index] / Double(outcome.ngrams[index].count)
    }
    var length = min(text.count, Self.searchedByteCount)
    while length < text.count, length > 0, text[length] & 0xC0 == 0x80 { length -= 1 }
    let searched = text.extracting(first: length)
    let tokens = reader.placedTokens(of: searched)
    let values = values(of: tokens, valueByText)
    let window = Self.window(tokens, values, searched)
    let shown = { (indices: [Int]) in
      indices.prefix(Self.listedCount).map { outcome.ngram($0, strongest.contributions) }
    }
    return Outcome(
      up: shown(strongest.up), down: shown(strongest.down), begin: window.bytes.lowerBound,
      pieces: Self.pieces(tokens, values, window, searched))
  }

  /// For each token, what the strongest of the n-grams over it adds to the log weight; 0 if none is
  /// marked.
  private func values(of tokens: [PlacedToken], _ valueByText: [[UInt8]: Double]) -> [Double] {
    var values = [Double](repeating: 0, count: tokens.count)
    for first in tokens.indices {
      var text: [UInt8] = []
      for last in first..<min(first + model.features.maximumOrder, tokens.count) {
        text += (last == first ? [] : [UInt8(ascii: " ")]) + tokens[last].text
        guard let value = valueByText[text] else { continue }
        for token in first...last where abs(value) > abs(values[token]) { values[token] = value }
      }
    }
    return values
  }

  /// The first of the parts of the text in which most is marked.
  private static func window(
    _ tokens: [PlacedToken], _ values: [Double], _ text: Span<UInt8>
  ) -> (tokens: Range<Int>, bytes: Range<Int>) {
    // The number of characters before each token, and up to its end.
    var (begins, ends): ([Int], [Int]) = ([], [])
    var (position, count) = (0, 0)
    func counted(to end: Int) -> Int {
      while position < end {
        if text[position] & 0xC0 != 0x80 { count += 1 }
        position += 1
      }
      return count
    }
    for token in tokens {
      begins.append(counted(to: token.place.lowerBound))
      ends.append(counted(to: token.place.upperBound))
    }
    var best = (tokens: 0..<0, value: -1.0)
    var (end, sum) = (0, 0.0)
    for first in tokens.indices {
      if end < first { (end, sum) = (first, 0) }
      while end < tokens.count, ends[end] - begins[first] <= length {
        sum += abs(values[end])
        end += 1
      }
      // Sums of the same tokens differ in their last bits.
      if sum > best.value + 1e-9 { best = (first..<end, sum) }
      if end > first { sum -= abs(values[first]) }
    }
    let first = best.tokens.lowerBound
    let begin = first == 0 ? 0 : tokens[first].place.lowerBound
    if best.tokens.upperBound == tokens.count, !tokens.isEmpty || text.count <= length {
      return (best.tokens, begin..<text.count)
    }
    if let last = best.tokens.last { return (best.tokens, begin..<tokens[last].place.upperBound) }
    // A very long token, or none.
    var cut = begin
    var left = length
    while cut < text.count {
      if text[cut] & 0xC0 != 0x80 { left -= 1 }
      if left < 0 { break }
      cut += 1
    }
    return (best.tokens, begin..<cut)
  }

  private static func pieces(
    _ tokens: [PlacedToken], _ values: [Double], _ window: (tokens: Range<Int>, bytes: Range<Int>),
    _ text: Span<UInt8>
  ) -> [ShownDocuments.Piece] {
    var pieces: [ShownDocuments.Piece] = []
    func add(_ bytes: Range<Int>, _ side: ShownDocuments.Piece.Side?) {
      guard !bytes.isEmpty else { return }
      pieces.append(
        ShownDocuments.Piece(
          text: String(decoding: bytes.map { text[$0] }, as: UTF8.self), speaks: side))
    }
    var done = window.bytes.lowerBound
    var token = window.tokens.lowerBound
    while token < window.tokens.upperBound {
      let value = values[token]
      guard value != 0 else {
        token += 1
        continue
      }
      let first = token
      while token < window.tokens.upperBound, values[token] * value > 0 { token += 1 }
      let bytes = tokens[first].place.lowerBound..<tokens[token - 1].place.upperBound
      add(done..<bytes.lowerBound, nil)
      add(bytes, value > 0 ? .inFavor : .against)
      done = bytes.upperBound
    }
    add(done..<window.bytes.upperBound, nil)
    return pieces
  }
}
