import Foundation

/// The naive twin of `WittenBellModel`: dictionaries, whole n-grams as keys, one symbol at a time.
struct NaiveWittenBell {
  private let order: Int
  /// How often each symbol follows each context. 0 is the start of a sequence.
  private var followers: [[UInt32]: [UInt32: Int]] = [:]

  init(order: Int, _ sequences: [[UInt32]]) {
    self.order = order
    for sequence in sequences {
      for (context, symbol) in pairs(sequence) {
        for start in 0...context.count {
          followers[Array(context[start...]), default: [:]][symbol, default: 0] += 1
        }
      }
    }
  }

  var symbols: Set<UInt32> { Set(followers[[]]?.keys.map { $0 } ?? []) }

  /// Each symbol with the symbols before it, at most one fewer than the order.
  private func pairs(_ sequence: [UInt32]) -> [([UInt32], UInt32)] {
    let symbols = [0] + sequence
    return (1..<symbols.count).map { place in
      (Array(symbols[max(0, place - order + 1)..<place]), symbols[place])
    }
  }

  private func p(_ symbol: UInt32, after context: [UInt32], floor: (UInt32) -> Double) -> Double {
    let shorter =
      context.isEmpty ? floor(symbol) : p(symbol, after: Array(context[1...]), floor: floor)
    guard let counts = followers[context] else { return shorter }
    let (total, kinds) = (Double(counts.values.reduce(0, +)), Double(counts.count))
    return (Double(counts[symbol] ?? 0) + kinds * shorter) / (total + kinds)
  }

  /// The probabilities of a sequence's symbols.
  func probabilities(of sequence: [UInt32], floor: (UInt32) -> Double) -> [Double] {
    pairs(sequence).map { p($0.1, after: $0.0, floor: floor) }
  }

  func nats(of sequence: [UInt32], floor: (UInt32) -> Double) -> Double {
    probabilities(of: sequence, floor: floor).reduce(0) { $0 - log($1) }
  }
}
