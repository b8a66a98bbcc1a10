internal import Platform

/// A byte 4-gram model of how words are spelled, trained on distinct words.
///
/// It gives every word a probability, also those that were never seen: each byte's floor is 1/257,
/// for 256 bytes and the end of a word.
struct SpellingModel: ~Copyable {
  private static let order = 4
  private static let end: UInt32 = 257
  private static let logFloor = -log(257.0)

  private var model = WittenBellModel(order: order)
  private var symbols: [UInt32] = []

  mutating func train(_ word: Span<UInt8>) {
    spell(word)
    model.train(symbols)
  }

  /// The natural logarithm of a word's probability.
  mutating func logProbability(of word: Span<UInt8>) -> Double {
    spell(word)
    return -model.nats(of: symbols) { _ in Self.logFloor }
  }

  private mutating func spell(_ word: Span<UInt8>) {
    symbols.removeAll(keepingCapacity: true)
    for place in word.indices { symbols.append(UInt32(word[place]) + 1) }
    symbols.append(Self.end)
  }
}
