import TestSupport

@testable import Featurizing

/// Random texts that are hard on a tokenizer that works in segments.
struct TextGenerator {
  private static let words = [
    "a", "the", "Zebra", "x_1", "42", "É", "straße", "ẞ", "İ", "Ⱥ", "Ⱦ", "\u{212A}", "\u{212B}",
    "Ж", "가나", "\u{10400}", "Ǆ", "ﬁ", "ª", "²",
  ]
  private static let sigmas = ["Σ", "ΑΣ", "Σ'", "Σ.", "Σ\u{AD}", "'Σ", "α", "ΣΣ", "Σ:", "Σ\u{301}"]
  private static let singles = ["中", "文", "々", "ー", "か", "カ", "ก", "ກ", "ក", "က", "𠀀"]
  private static let marks = ["\u{301}", "\u{307}", "\u{E31}", "\u{93E}", "\u{200D}", "\u{200C}"]
  private static let others = [
    "!", "...", "?!", "'", "’", "😀", "👍🏽", "\u{378}", "\u{7F}", "\0", "—", "€",
  ]
  private static let spaces = [
    " ", " ", " ", "\n", "\t", "\u{1C}", "\u{85}", "\u{A0}", "\u{3000}", "\u{2028}",
  ]
  private static let groups = [words, words, sigmas, singles, marks, others, spaces, spaces]

  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  /// A text of at least `byteCount` bytes, and only a few more.
  mutating func text(byteCount: Int) -> String {
    var text = ""
    var count = 0
    while count < byteCount {
      let addition = piece(at: count, room: byteCount - count)
      text.unicodeScalars += addition.unicodeScalars
      count += addition.utf8.count
    }
    return text
  }

  private mutating func piece(at place: Int, room: Int) -> String {
    let group = random.element(of: Self.groups)
    let piece = random.element(of: group)
    let size = Tokenizer.segmentSize
    switch Int.random(in: 0..<60, using: &random) {
    case 0:
      // A long token, or a long blank.
      let count = min(room, Int.random(in: 1_000...6_000, using: &random))
      return String(repeating: piece, count: count / piece.utf8.count)
    case 1:
      // Scalars of one kind.
      let count = min(room, Int.random(in: 10...3_000, using: &random)) / 3
      return (0..<count).map { _ in random.element(of: group) }.joined()
    case 2, 3:
      // Up to a few bytes before a segment's end.
      let count = size - place % size - Int.random(in: 0...8, using: &random)
      let filler = random.element(of: ["a", " ", "."])
      return String(repeating: filler, count: max(0, min(count, room))) + piece
    default:
      return piece
    }
  }
}
