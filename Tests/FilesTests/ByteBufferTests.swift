import TestSupport
import Testing

@testable import Files

@Suite struct ByteBufferTests {
  @Test(arguments: 0..<5 as Range<UInt64>)
  func `A buffer holds the same bytes as an array`(seed: UInt64) throws {
    var random = SplitMix64(state: seed)
    var buffer = ByteBuffer()
    var expected: [UInt8] = []
    for _ in 0..<300 {
      let count = Int.random(in: 0...400, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        let dropped = min(count, expected.count)
        buffer.removeFirst(dropped)
        expected.removeFirst(dropped)
      case 1:
        let kept = min(count, expected.count)
        buffer.truncate(to: kept)
        expected.removeSubrange(kept...)
      case 2:
        // Fewer bytes than the space allows.
        try buffer.reserve(additional: count)
        buffer.append(upTo: count) { output in
          for number in 0..<(count / 2) { output.append(UInt8(truncatingIfNeeded: number)) }
        }
        expected += (0..<(count / 2)).map { UInt8(truncatingIfNeeded: $0) }
      default:
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        try buffer.append(bytes.span)
        expected += bytes
      }
      #expect(array(of: buffer.span) == expected)
      #expect(buffer.capacity >= buffer.count)
    }
  }

  @Test func `A large block is freed, and a small one kept`() throws {
    var buffer = ByteBuffer()
    try buffer.append([UInt8](repeating: 1, count: 100).span)
    buffer.removeAll(keepingCapacityUpTo: 1_000)
    #expect(buffer.isEmpty && buffer.capacity >= 100)
    try buffer.append([UInt8](repeating: 1, count: 2_000).span)
    buffer.removeAll(keepingCapacityUpTo: 1_000)
    #expect(buffer.isEmpty && buffer.capacity == 0)
  }

  @Test(arguments: 0..<5 as Range<UInt64>)
  func `A byte is found at the same place as in an array`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...99, using: &random) }
      let start = Int.random(in: 0...count, using: &random)
      #expect(bytes.span.firstIndex(of: 7, from: start) == bytes[start...].firstIndex(of: 7))
      #expect(bytes.span.lastIndex(of: 7, from: start) == bytes[start...].lastIndex(of: 7))
    }
  }

  private func array(of span: Span<UInt8>) -> [UInt8] {
    // SAFETY: copied before the span ends.
    unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
  }
}
