import Reading
import TestSupport
import Testing

@testable import Pipeline

@Suite struct DomainCountsTests {
  @Test(arguments: 0..<10 as Range<UInt64>)
  func `The kept domains depend on neither order nor grouping, and have exact counts`(
    seed: UInt64
  ) {
    var random = SplitMix64(state: seed)
    let names = (0..<5000).map { _ in "site\(Int.random(in: 0..<400, using: &random))" }
    var exact: [String: Int] = [:]
    for name in names { exact[name, default: 0] += 1 }
    func counted(_ names: [String]) -> DomainCounts {
      var counts = DomainCounts(capacity: 64)
      for name in names { counts.add(.string(name)) }
      return counts
    }
    let results = (1...3).map { partCount in
      let shuffled = names.shuffled(using: &random)
      var whole = DomainCounts(capacity: 64)
      for part in 0..<partCount {
        whole.merge(
          counted(shuffled.indices.filter { $0 % partCount == part }.map { shuffled[$0] }))
      }
      whole.trim()
      return whole
    }
    for result in results {
      #expect(Set(result.names) == Set(results[0].names) && result.names.count == 64)
      #expect(result.threshold == results[0].threshold)
      var kept = 0
      for name in result.names {
        #expect(result[name] == exact[String(decoding: name, as: UTF8.self)])
        kept += result[name]
      }
      #expect(kept + result.otherCount == names.count)
    }
  }

  private static let values: [(FieldValue, String?)] = [
    (.string("a"), "a"), (.string(""), ""), (.number(7), "7"), (.number(-0.5), "-0.5"),
    (.number(1e300), "1e+300"), (.largeNumber("9007199254740993"), "9007199254740993"),
    (.boolean(true), "true"), (.boolean(false), "false"), (.null, nil), (.missing, nil),
    (.other, nil),
    // A name has at most 200 bytes, and whole scalars.
    (
      .string("x" + String(repeating: "é", count: 200)),
      "x" + String(repeating: "é", count: 99) + "…"
    ),
  ]

  @Test(arguments: values)
  func `A value's name is its text in JSON`(value: (FieldValue, String?)) {
    #expect(DomainCounts.name(of: value.0) == value.1)
  }

  @Test func `Names that look alike but differ in bytes are two`() {
    var counts = DomainCounts()
    counts.add(.string("é"))
    counts.add(.string("e\u{301}"))
    #expect(counts.names.count == 2)
  }
}
