import Testing

@testable import Pipeline

/// The order of lines by weight.
@Suite struct LineOrderTests {
  @Test func `Ranks fall with the weight, and equal weights keep their order`() {
    let weights = [1.0, 3, -2, 3, 1e300, -1e300, 0, -0.0]
    let ranks = WeightRanks(weights, wholeCount: weights.count)
    // Eight ranks are numbers of three bits, at the top.
    let numbers = weights.indices.map { ranks[$0] }
    #expect(numbers == [3, 1, 6, 2, 0, 7, 4, 5].map { $0 << 61 })
  }

  @Test func `Ranks go on where those before them end`() {
    let first = WeightRanks([1, 2], wholeCount: 5)
    let second = WeightRanks([7, 5, 6], earlierCount: 2, wholeCount: 5)
    #expect([first[0], first[1]] == [1, 0].map { $0 << 61 })
    #expect([second[0], second[1], second[2]] == [2, 4, 3].map { $0 << 61 })
  }

  @Test(arguments: [(1, 0), (2, 63), (3, 62), (256, 56), (257, 55)])
  func `Ranks fill the upper bits`(count: Int, shift: Int) {
    let ranks = WeightRanks((0..<count).map { -Double($0) }, wholeCount: count)
    #expect(ranks[count - 1] == UInt64(count - 1) << UInt64(shift))
  }
}
