import TestSupport
import Testing

@testable import Resampling

@Suite struct ApportionmentTests {
  /// Expected amounts by hand, after Webster and Sainte-Laguë.
  ///
  /// Each unit goes to the largest weight / (2 × units + 1), and among equal ones to the first.
  @Test(arguments: [
    (10, [1, 1, 1], [4, 3, 3]), (5, [1, 0], [5, 0]), (0, [2, 3], [0, 0]), (7, [4], [7]),
    // 0.7/1, 0.3/1, 0.7/3, 0.7/5, and then 0.3/3 = 0.7/7: equal, so the first part gets it. In
    // doubles they aren't equal.
    (5, [0.3, 0.7], [2, 3]), (5, [0.7, 0.3], [4, 1]), (4, [0.7, 0.3], [3, 1]),
    // The case of 100 documents in strata of 43, 15, 15, 15, 3 and 9, of which 25 are drawn:
    // quotients of 2.0476, 2.1429 …
    (25, [43, 15, 15, 15, 3, 9], [10, 4, 4, 4, 1, 2]),
    // The tenth to twelfth units have the quotient 2/3 = 6/9: the first, second and third part get
    // one each.
    (9, [6, 6, 2], [4, 4, 1]),
    (10, [6, 6, 2], [5, 4, 1]), (11, [6, 6, 2], [5, 5, 1]), (12, [6, 6, 2], [5, 5, 2]),
    (3, [0, 0, 1e-300], [0, 0, 3]), (1, [1e300, 1e300], [1, 0]), (2, [1e-300, 1e300], [0, 2]),
  ])
  func `Units go to the largest quotients`(amount: Int, shares: [Double], expected: [Int]) {
    #expect(Apportionment(shares: shares).amounts(of: amount) == expected)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func `Amounts equal those of giving units away one by one`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let counts = (0..<Int.random(in: 1...12, using: &random)).map { index in
      // Small numbers have many equal quotients.
      index > 0 && random.next() % 4 == 0
        ? 0 : Int.random(in: 1...(seed % 2 == 0 ? 9 : 9999), using: &random)
    }
    let apportionment = Apportionment(counts: counts)
    var given = counts.map { _ in 0 }
    for total in 0...300 {
      #expect(apportionment.amounts(of: total) == given, "\(total) by \(counts)")
      // w₁ / (2a₁ + 1) ≥ w₂ / (2a₂ + 1) for all others; the first such part.
      let next = counts.indices.first { part in
        counts[part] > 0
          && counts.indices.allSatisfy { other in
            counts[part] * (2 * given[other] + 1) >= counts[other] * (2 * given[part] + 1)
          }
      }
      given[next ?? 0] += 1
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `Amounts add up, and grow with the total`(seed: UInt64) {
    var random = SplitMix64(state: seed)
    let shares = (0..<Int.random(in: 1...40, using: &random)).map { index in
      index > 0 && random.next() % 5 == 0 ? 0 : Double.random(in: 0.001...1, using: &random)
    }
    let apportionment = Apportionment(shares: shares)
    let sum = shares.reduce(0, +)
    var before = shares.map { _ in 0 }
    for total in [0, 1, 2, 10, 11, 12, 999_983, 999_984, 1 << 53 + 1, .max] {
      let amounts = apportionment.amounts(of: total)
      #expect(amounts.reduce(0, +) == total)
      #expect(zip(amounts, shares).allSatisfy { $0 >= 0 && ($1 > 0 || $0 == 0) })
      #expect(zip(before, amounts).allSatisfy { $0 <= $1 })
      before = amounts
      guard total < 1 << 50 else { continue }
      // A divisor method may be off by more than a unit, but hardly ever is. The bound is half a
      // unit for each part.
      for (amount, share) in zip(amounts, shares) {
        #expect(abs(Double(amount) - Double(total) * (share / sum)) < 1 + Double(shares.count) / 2)
      }
    }
  }

  @Test func `Given shares are exact, and the rest goes by counts`() {
    // 3/10 of 10 for the first; the other 7 by 2 : 5.
    let mixed = Apportionment(given: [0.3, nil, nil], counts: [99, 2, 5])
    #expect(mixed.amounts(of: 10) == [3, 2, 5])
    // A third each, which no decimal represents: 0.1 + 0.1 + 0.1 leave exactly seven tenths.
    let tenths = Apportionment(given: [0.1, 0.1, 0.1, nil], counts: [0, 0, 0, 8])
    #expect(tenths.amounts(of: 10) == [1, 1, 1, 7])
    #expect(Apportionment(given: [0, nil], counts: [0, 3]).amounts(of: 4) == [0, 4])
    #expect(Apportionment(given: [nil, nil, nil], counts: [1, 1, 1]).amounts(of: 3) == [1, 1, 1])
    // A sum above 1 by rounding leaves nothing.
    let over = Apportionment(given: [0.5, 0.5000001, nil], counts: [0, 0, 9])
    #expect(over.amounts(of: 4) == [2, 2, 0])
    let whole = Apportionment(given: [0.5, nil, 0.5, 0], counts: [0, 9, 0, 0])
    #expect((0..<4).map { whole.isPositive($0) } == [true, false, true, false])
    #expect(whole.withoutEmptyParts.amounts(of: 3) == [2, 1])
    // Eight tenths of 10 are 8, however many small parts there are. As separate parts they would
    // get 3.
    let small = Apportionment(given: [nil, 0.8, nil, nil], counts: [1, 0, 1, 1])
    #expect(small.amounts(of: 10) == [1, 8, 1, 0])
  }

  @Test(arguments: [(1, 0.04, 1, 0), (24, 0.04, 24, 0), (25, 0.04, 24, 1), (100, 1, 0, 100)])
  func `The second part's share is rounded down`(
    amount: Int, share: Double, first: Int, second: Int
  ) {
    for budget in [Budget.documents(amount), .tokens(amount), .bytes(amount)] {
      let parts = budget.parted(secondShare: share)
      #expect(parts.first == budget.with(amount: first))
      #expect(parts.second == budget.with(amount: second))
    }
    #expect(Budget.tokens(amount).parted(secondShare: 0).second == nil)
  }
}
