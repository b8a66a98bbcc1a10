import CXXHash
import Files
import TestSupport
import Testing

@testable import Featurizing

/// The hashes of tokens, against libxxhash.
@Suite struct HotLoopTests {
  private static let tables = UnicodeTables()

  @Test(arguments: Kernels.available, 0..<3 as Range<UInt64>)
  func `The hash of a token of any length equals libxxhash's`(kernels: Kernels, seed: UInt64) {
    var random = SplitMix64(state: seed)
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789_".utf8)
    for tokenCount in 0..<200 {
      let tokens = (0..<tokenCount).map { _ in
        (0..<Int.random(in: 1...20, using: &random)).map { _ in
          alphabet.randomElement(using: &random)!
        }
      }
      let text = Array(tokens.joined(separator: [0x20]))
      var reader = TokenReader(.words, tables: Self.tables, kernels: kernels)
      var found: [UInt64] = []
      reader.begin()
      while reader.nextBlock(of: text.span) {
        for token in 0..<reader.count { found.append(reader.hashes[token]) }
      }
      #expect(found == tokens.map { hash($0) }, "\(kernels)")
    }
  }
}
