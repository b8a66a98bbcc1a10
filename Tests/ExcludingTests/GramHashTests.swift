import Testing

@testable import Excluding

@Suite struct GramHashTests {
  @Test(arguments: [1, 2, 7, 13])
  func `A hash that moves along a text is that of its tokens`(length: Int) {
    let tokens: [UInt64] = (0..<40).map { UInt64($0) &* 0xD6E8_FEB8_6659_FD93 }
    var moving = GramHash(length: length)
    moving.begin(at: 0, of: tokens.span)
    for start in 0..<(tokens.count - length) {
      moving.move(from: start, of: tokens.span)
      var other = GramHash(length: length)
      other.begin(at: start + 1, of: tokens.span)
      #expect(moving.key == other.key)
    }
  }
}
