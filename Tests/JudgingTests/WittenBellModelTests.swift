import Foundation
import TestSupport
import Testing

@testable import Judging

/// The n-gram model against its naive twin, and against arithmetic by hand.
@Suite struct WittenBellModelTests {
  private static let alphabetSize = 50.0

  /// Sequences of a few symbols, small numbers being frequent; some are longer than a block.
  private static func sequences(
    _ random: inout SplitMix64, count: Int, symbolCount: UInt32
  ) -> [[UInt32]] {
    (0..<count).map { number in
      let length = number == 0 ? 2_500 : Int.random(in: 0...40, using: &random)
      return (0..<length).map { _ in
        min(
          .random(in: 1...symbolCount, using: &random), .random(in: 1...symbolCount, using: &random)
        )
      }
    }
  }

  @Test(arguments: [2, 3, 4, 6], 0..<6 as Range<UInt64>)
  func `Probabilities equal those of the naive twin`(order: Int, seed: UInt64) {
    var random = SplitMix64(state: seed)
    let symbolCount = UInt32([2, 9, 300][Int(seed % 3)])
    let training = Self.sequences(&random, count: 60, symbolCount: symbolCount)
    // Symbols and contexts that were never seen are among them.
    let others = Self.sequences(&random, count: 12, symbolCount: symbolCount + 3)
    var model = WittenBellModel(order: order)
    for sequence in training { model.train(sequence) }
    let naive = NaiveWittenBell(order: order, training)
    #expect(model.symbolCount == training.joined().count)
    #expect(model.kindCount == Set(training.joined()).count)
    var symbols: [UInt32] = []
    model.forEachSymbol { symbols.append($0) }
    #expect(symbols.count == Set(symbols).count && Set(symbols) == naive.symbols)
    let floor = { (symbol: UInt32) in 1 / (Double(symbol) + 3) }
    let pairs = NaiveWittenBell(order: 2, training)
    for sequence in others {
      let expected = naive.nats(of: sequence, floor: floor)
      let found = model.nats(of: sequence) { log(floor($0)) }
      // Sums of at most 2,500 doubles, each of a few operations: relative errors below 1e-12.
      #expect(abs(found - expected) <= 1e-10 * max(1, expected))
      let ofPairs = pairs.nats(of: sequence) { _ in 1 / Self.alphabetSize }
      let foundPairs = model.pairNats(of: sequence, alphabetSize: Self.alphabetSize)
      #expect(abs(foundPairs - ofPairs) <= 1e-10 * max(1, ofPairs))
    }
  }

  @Test(arguments: 0..<4 as Range<UInt64>)
  func `Probabilities of all symbols sum to 1 after any context`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    var model = WittenBellModel(order: 3)
    for sequence in Self.sequences(&random, count: 20, symbolCount: 8) { model.train(sequence) }
    // Symbol 10 and contexts with it were never seen.
    let symbols: [UInt32] = Array(1...10)
    for context in [[], [1], [10], [1, 2], [10, 1], [8, 10], [3, 3, 3]] as [[UInt32]] {
      let before = model.nats(of: context) { _ in -log(10.0) }
      let sum = symbols.reduce(0.0) { sum, symbol in
        sum + exp(before - model.nats(of: context + [symbol]) { _ in -log(10.0) })
      }
      #expect(abs(sum - 1) < 1e-12, "after \(context)")
    }
  }

  @Test func `Probabilities of a short text match arithmetic by hand`() {
    var model = WittenBellModel(order: 2)
    model.train([1, 2, 1])
    // Three symbols of two kinds: p(1) = (2 + 2 · ¼) / 5 = ½, p(2) = (1 + 2 · ¼) / 5 = 0.3.
    // After the start, 1 comes once: p = (1 + 1 · ½) / 2 = ¾. After 1, 2 does: (1 + 0.3) / 2.
    let found = exp(-model.nats(of: [1, 2]) { _ in log(0.25) })
    #expect(abs(found - 0.75 * 0.65) < 1e-15)
    #expect(abs(exp(-model.pairNats(of: [1, 2], alphabetSize: 4)) - 0.75 * 0.65) < 1e-15)
    // 3 is new, and nothing is known after it, so 2 after it has only its own 0.3.
    let ofNew = exp(-model.nats(of: [3, 2]) { _ in log(0.25) })
    #expect(abs(ofNew - 0.5 * (2 * 0.25 / 5) * 0.3) < 1e-15)
  }

  @Test func `A floor too small for a double costs its logarithm`() {
    var model = WittenBellModel(order: 2)
    model.train([1, 2, 1])
    // 2 / 5 of the floor, and half of that after the start.
    let found = model.nats(of: [3]) { _ in -5_000 }
    #expect(abs(found - (5_000 - log(0.4) - log(0.5))) < 1e-9)
    // The floor of a symbol that was seen makes no difference then.
    #expect(abs(model.nats(of: [1]) { _ in -5_000 } - -log((1 + 2.0 / 5) / 2)) < 1e-12)
  }
}
