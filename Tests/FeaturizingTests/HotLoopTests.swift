import TestSupport
import Testing

@testable import Featurizing

/// The routines under the tokenizer and the hasher, against plain ones.
@Suite struct HotLoopTests {
  @Test(arguments: 1...16, 0..<3 as Range<UInt64>)
  func `A short hash equals libxxhash's`(count: Int, seed: UInt64) {
    var random = SplitMix64(state: seed)
    for _ in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      // SAFETY: `count` bytes exist, as each function requires.
      let found = unsafe bytes.withUnsafeBufferPointer {
        let start = $0.baseAddress!
        return switch count {
        case 1...3: unsafe XXH3.hash1to3(start, count: count)
        case 4...8: unsafe XXH3.hash4to8(start, count: count)
        default: unsafe XXH3.hash9to16(start, count: count)
        }
      }
      #expect(found == hash(bytes), "\(bytes)")
    }
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `Bytes are classified as if one by one`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for first in stride(from: 0, to: 256, by: 64) {
      // All byte values in shuffled order, which are four blocks, and then random ones.
      let all = (0...255).map(UInt8.init).shuffled(using: &random)
      expectClasses(of: Array(all[first..<(first + 64)]))
      expectClasses(of: (0..<64).map { _ in UInt8.random(in: 0...0x7F, using: &random) })
    }
  }

  private func expectClasses(of block: [UInt8]) {
    var lowered = [UInt8](repeating: 0, count: 64)
    // SAFETY: both arrays have 64 bytes.
    let classes = unsafe ByteClasses(of: block, loweringInto: &lowered)
    for (index, byte) in block.enumerated() {
      let scalar = Unicode.Scalar(byte)
      let isSet = { (bits: UInt64) in bits >> UInt64(index) & 1 == 1 }
      let isWord = "_0123456789".unicodeScalars.contains(scalar) || isLetter(byte)
      let isSpace = (0x09...0x0D).contains(byte) || (0x1C...0x20).contains(byte)
      #expect(isSet(classes.word) == isWord, "\(byte)")
      #expect(isSet(classes.space) == isSpace, "\(byte)")
      #expect(isSet(classes.nonASCII) == !scalar.isASCII, "\(byte)")
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      #expect(lowered[index] == (isUpper ? byte + 32 : byte), "\(byte)")
    }
  }

  private func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
