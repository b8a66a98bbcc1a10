import Foundation
import TestSupport
import Testing

/// Sets from strata, where texts have copies in several of them.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct SetStrataTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// 6,000 documents of a small stratum, of which 5,000 have a copy in a large one.
  ///
  /// The small stratum has 1,000 candidates, so for most of the copies, only the large one counts.
  private static func lines() throws -> [Data] {
    var texts: [String] = []
    for turn in 0..<18 {
      for line in try Fixtures.crawlText().rawLines {
        let words = try JSON(line).text.string?.split(whereSeparator: \.isWhitespace) ?? []
        guard words.count > 20 else { continue }
        let part = words.dropFirst(turn * 7 % 40).prefix(60)
        texts.append("turn\(turn) " + part.joined(separator: " "))
      }
    }
    var random = SplitMix64(state: 2)
    texts.shuffle(using: &random)
    func line(_ text: String, _ stratum: String) -> Data {
      let encoded = (try? JSONEncoder().encode(["text": text, "s": stratum])) ?? Data()
      return encoded
    }
    let (small, large) = (texts.prefix(6_000), texts.dropFirst(6_000))
    return small.map { line($0, "small") } + large.map { line($0, "large") }
      + small.prefix(5_000).map { line($0, "large") }
  }

  @Test func `Lines in another order give the same texts of the same strata`() throws {
    var random = SplitMix64(state: 3)
    let lines = try Self.lines()
    try #require(lines.count > 20_000)
    var expected: [String]?
    for threads in ["1", "3"] {
      try directory.write(lines.shuffled(using: &random).joinedLines, to: "pool.jsonl")
      let run = try Dsel.run(
        ["select", "--target", Fixtures.wiki, "--pool", "pool.jsonl", "--count", "800"]
          + ["--stratify", "s", "--mixture", "large=0.9,small=0.1", "--min-tokens", "20", "-q"]
          + ["--threads", threads] + Stages.buckets, in: directory)
      let found = try run.output.rawLines.map { line in
        let document = try JSON(line)
        return "\(document.s.string ?? "") \(document.text.string ?? "")"
      }.sorted()
      #expect(found.count == 800 && Set(found.map { $0.split(separator: " ")[0] }).count == 2)
      #expect(expected ?? found == found)
      expected = found
    }
  }
}
