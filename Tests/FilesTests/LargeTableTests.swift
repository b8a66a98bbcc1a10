import TestSupport
import Testing

@testable import Files

@Suite struct LargeTableTests {
  /// Sizes below a cache line, below a large page, of exactly one large page, and of several.
  private static let counts = [1, 7, 1000, (2 << 20) / 8, (5 << 20) / 8 + 3]

  @Test(arguments: counts)
  func `A new table has only zeros`(count: Int) {
    // Twice, because the second table may get the memory of the first.
    for _ in 0..<2 {
      var table = LargeTable<UInt64>(count: count)
      #expect(table.count == count && table.span.count == count)
      #expect(table.withSpan { span in span.indices.allSatisfy { span[$0] == 0 } })
      var span = table.mutableSpan
      for index in span.indices { span[index] = .max }
    }
  }

  @Test(arguments: counts)
  func `A table keeps the same values as an array`(count: Int) {
    var table = LargeTable<Int32>(count: count)
    var twin = [Int32](repeating: 0, count: count)
    var random = SplitMix64(state: UInt64(count))
    for _ in 0..<10_000 {
      let place = Int.random(in: 0..<count, using: &random)
      let value = Int32.random(in: .min ... .max, using: &random)
      var span = table.mutableSpan
      span[place] = value
      twin[place] = value
    }
    #expect((0..<count).allSatisfy { table.span[$0] == twin[$0] })
  }

  @Test func `A table begins at a cache line, and a large one at a large page`() {
    func start<Element>(_ table: borrowing LargeTable<Element>) -> UInt {
      unsafe table.span.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
    for count in 1..<50 { #expect(start(LargeTable<UInt16>(count: count)) % 64 == 0) }
    #expect(start(LargeTable<UInt16>(count: LargePages.size / 2)) % UInt(LargePages.size) == 0)
  }

  @Test(arguments: counts)
  func `An array has the reserved space, and keeps its elements in place`(count: Int) {
    var array: [UInt64] = []
    array.reserveLargeCapacity(count)
    #expect(array.isEmpty && array.capacity >= count)
    array.append(0)
    let start = unsafe array.withUnsafeBufferPointer { $0.baseAddress }
    for number in 1..<count { array.append(UInt64(number)) }
    #expect(array == (0..<UInt64(count)).map { $0 })
    #expect(unsafe array.withUnsafeBufferPointer { unsafe $0.baseAddress == start })
  }
}
