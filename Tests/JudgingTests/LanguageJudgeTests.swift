import Featurizing
import Foundation
import TestSupport
import Testing

@testable import Judging

/// The two judges against naive twins, on small random texts.
@Suite struct LanguageJudgeTests {
  private static let tables = UnicodeTables()

  private struct Texts: ~Copyable {
    var vocabulary = Vocabulary()
    var reader = TokenReader(.wordpunct, tables: tables)

    mutating func read(_ texts: [String]) -> WordSequences {
      var sequences = WordSequences()
      for (number, text) in texts.enumerated() {
        let bytes = Array(text.utf8)
        sequences.beginDocument(identity: UInt64(number), byteCount: bytes.count)
        reader.begin()
        while reader.nextBlock(of: bytes.span) {
          for token in 0..<reader.count {
            sequences.add(
              vocabulary.number(of: reader.bytes(of: token), hash: reader.hashes[token]))
          }
        }
      }
      return sequences
    }
  }

  private static func texts(_ random: inout SplitMix64, count: Int) -> [String] {
    let letters = ["a", "B", "c", "É", "漢", "x1"]
    return (0..<count).map { _ in
      (0..<Int.random(in: 1...60, using: &random)).map { _ in
        let word = (0..<Int.random(in: 1...3, using: &random)).map { _ in
          letters.randomElement(using: &random) ?? ""
        }.joined()
        return word + (Int.random(in: 0..<6, using: &random) == 0 ? "!?" : "")
      }.joined(separator: " ")
    }
  }

  /// The words by a plain loop: the texts have no other characters than these.
  private static func words(_ text: String) -> [String] {
    text.lowercased().split(separator: " ").flatMap { word in
      word.hasSuffix("!?") ? [String(word.dropLast(2)), "!?"] : [String(word)]
    }
  }

  /// Bits per byte, and nats per word.
  private static func naive(_ training: [String], _ heldout: [String]) -> (Double, Double) {
    var numbers: [String: UInt32] = [:]
    func number(_ word: String) -> UInt32 {
      let number = numbers[word] ?? UInt32(numbers.count + 1)
      numbers[word] = number
      return number
    }
    func spelled(_ word: String) -> [UInt32] { word.utf8.map { UInt32($0) + 1 } + [257] }
    let trained = training.map { words($0).map(number) }
    let spelling = NaiveWittenBell(order: 4, numbers.keys.sorted().map(spelled))
    let held = heldout.map { words($0).map(number) }
    var spellings: [UInt32: Double] = [:]
    for (word, number) in numbers {
      spellings[number] = exp(-spelling.nats(of: spelled(word)) { _ in 1.0 / 257 })
    }
    let trigrams = NaiveWittenBell(order: 3, trained)
    let bigrams = NaiveWittenBell(order: 2, trained)
    let nats = held.reduce(0) { $0 + trigrams.nats(of: $1) { spellings[$0] ?? .nan } }
    return (
      nats / log(2) / Double(heldout.reduce(0) { $0 + $1.utf8.count }),
      held.reduce(0) { $0 + bigrams.nats(of: $1) { _ in 1e-6 } } / Double(held.joined().count)
    )
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `Bits per byte and perplexity equal those of the naive twins`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let training = Self.texts(&random, count: Int.random(in: 1...30, using: &random))
    let heldout = Self.texts(&random, count: 5)
    var texts = Texts()
    // The held-out text comes first: the vocabulary has words that no model was trained on.
    let held = texts.read(heldout)
    let sequences = texts.read(training)
    var judge = LanguageJudge(texts.vocabulary)
    for document in sequences.documents { judge.train(sequences.words(of: document)) }
    let found = judge.finding(on: held)
    let (bits, nats) = Self.naive(training, heldout)
    #expect(abs(found.bitsPerByte - bits) < 1e-10 * bits)
    #expect(abs(found.natsPerWord - nats) < 1e-10 * nats)
    #expect(found.trainingDocumentCount == training.count)
    #expect(found.trainingWordCount == training.reduce(0) { $0 + Self.words($1).count })
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `No order of documents and no numbering of words changes a figure`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let training = Self.texts(&random, count: 20)
    let heldout = Self.texts(&random, count: 6)
    let findings = (0..<2).map { round in
      var texts = Texts()
      let sequences = texts.read(round == 0 ? training : training.reversed())
      let held = texts.read(round == 0 ? heldout : heldout.reversed())
      var judge = LanguageJudge(texts.vocabulary)
      for document in sequences.documents { judge.train(sequences.words(of: document)) }
      return judge.finding(on: held)
    }
    #expect(findings[0].bitsPerByte == findings[1].bitsPerByte)
    #expect(findings[0].natsPerWord == findings[1].natsPerWord)
  }
}
