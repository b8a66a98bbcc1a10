import Foundation
import TestSupport
import Testing

/// Selections with several parts: strata of the pool by a field, and several targets.
///
/// The numbers of the fixture's documents by domain are those of `Fixtures/README.md`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct MixtureTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func select(
    _ options: [String], target: [String] = [Fixtures.wiki]
  ) throws -> (lines: [Data], manifest: JSON, errors: String) {
    let run = try Dsel.run(
      ["select", "--pool", Fixtures.crawl, "-o", "out.jsonl", "--force", "--min-tokens", "0"]
        + target.flatMap { ["--target", $0] } + Stages.buckets + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try (
      directory.read("out.jsonl").rawLines, directory.json("out.jsonl.manifest.json"), run.errors
    )
  }

  private func domains(_ lines: [Data]) throws -> [String: Int] {
    try lines.reduce(into: [:]) { $0[try JSON($1).domain.string ?? "", default: 0] += 1 }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var options: [String]
    var expected: [String: Int]
    /// Expected counts by stratum.
    var shortfalls: [String: Int] = [:]
    var testDescription: String { options.joined(separator: " ") }
  }

  static let cases = [
    // Shares of 100 by 1360ths: code 25, sqldocs 22.06, pydocs 17.65, scripture 13.24, wiki 8.82,
    // german 5.15, japanese 4.41, satire 2.94, saga 0.74. The method of Sainte-Laguë, one unit at a
    // time with exact fractions (Python), rounds them to the numbers below.
    Case(
      options: ["--count", "100"],
      expected: [
        "code": 25, "sqldocs": 22, "pydocs": 18, "scripture": 13, "wiki": 9, "german": 5,
        "japanese": 4, "satire": 3, "saga": 1,
      ]),
    // The roots add up to 101.2218: code 18.22, sqldocs 17.11, pydocs 15.30, scripture 13.25, wiki
    // 10.82, german 8.27, japanese 7.65, satire 6.25, saga 3.12.
    Case(
      options: ["--count", "100", "--mixture-temperature", "2"],
      expected: [
        "code": 18, "sqldocs": 17, "pydocs": 16, "scripture": 13, "wiki": 11, "german": 8,
        "japanese": 8, "satire": 6, "saga": 3,
      ]),
    Case(
      options: ["--count", "90", "--mixture-temperature", "1e9"],
      expected: [
        "code": 10, "sqldocs": 10, "pydocs": 10, "scripture": 10, "wiki": 10, "german": 10,
        "japanese": 10, "satire": 10, "saga": 10,
      ]),
    Case(
      options: ["--count", "10", "--mixture", "wiki=0.74,satire=0.26"],
      expected: ["wiki": 7, "satire": 3]),
    // The others share 20 by 1230ths: code 5.53, sqldocs 4.88, pydocs 3.90, scripture 2.93, german
    // 1.14, japanese 0.98, satire 0.65. saga should give 30 and has only 10.
    Case(
      options: ["--count", "100", "--mixture", "wiki=0.5,saga=0.3"],
      expected: [
        "wiki": 50, "saga": 10, "code": 5, "sqldocs": 5, "pydocs": 4, "scripture": 3,
        "german": 1, "japanese": 1, "satire": 1,
      ], shortfalls: ["saga": 20]),
    // saga has only 10. The other 90 are shared by 0.5 : 0.2, so wiki has 64.29 and the rest 25.71.
    // The shares of 26 are code 7.19, sqldocs 6.34, pydocs 5.07, scripture 3.80, german 1.48,
    // japanese 1.27, satire 0.85.
    Case(
      options: ["--count", "100", "--mixture", "wiki=0.5,saga=0.3", "--fill"],
      expected: [
        "wiki": 64, "saga": 10, "code": 7, "sqldocs": 6, "pydocs": 5, "scripture": 4,
        "german": 2, "japanese": 1, "satire": 1,
      ]),
    // Both strata together have too few: 25 are missing, by the shares of 0.8 : 0.2.
    Case(
      options: ["--count", "75", "--mixture", "saga=0.8,satire=0.2", "--fill"],
      expected: ["saga": 10, "satire": 40], shortfalls: ["saga": 20, "satire": 5]),
    // Nothing comes from wiki; the others share by 1240ths.
    Case(
      options: ["--count", "12", "--mixture", "wiki=0"],
      expected: [
        "code": 3, "sqldocs": 3, "pydocs": 2, "scripture": 2, "german": 1, "japanese": 1,
      ]),
  ]

  @Test(arguments: cases)
  func `Each stratum has the exact count of its share`(options: Case) throws {
    let drawn = try select(["--stratify", "domain", "--logistic-share", "0"] + options.options)
    #expect(try domains(drawn.lines) == options.expected)
    #expect(Set(drawn.lines).count == drawn.lines.count)
    let parts = drawn.manifest.parts.elements
    for part in parts {
      let (name, short) = try (#require(part.stratum.string), #require(part.shortfall.int))
      #expect(short == options.shortfalls[name, default: 0], "\(name)")
      #expect(drawn.errors.contains("stratum \"\(name)\"") == (short > 0), "\(drawn.errors)")
    }
    #expect(
      drawn.manifest.selected.shortfall.int == options.shortfalls.values.reduce(0, +))
  }

  @Test func `Each stratum draws its best documents`() throws {
    let options = ["--logistic-share", "0", "--count", "100", "--stratify", "domain"]
    let drawn = try select(options).lines
    // Weighed by the models of the whole pool.
    for (path, model) in [(Fixtures.wiki, "wiki.model"), (Fixtures.crawl, "pool.model")] {
      try Stages.run(
        ["fit", path, "-o", model, "--min-tokens", "0"] + Stages.buckets, in: directory)
    }
    for (domain, count) in Self.cases[0].expected {
      try directory.write(
        Fixtures.crawlText().rawLines.filter { try JSON($0).domain.string == domain }.joinedLines,
        to: "\(domain).jsonl")
      try Stages.run(
        ["weigh", "\(domain).jsonl", "-o", "\(domain).weights"]
          + ["--target-model", "wiki.model", "--pool-model", "pool.model"], in: directory)
      let alone = try Stages.run(
        ["resample", "--weights", "\(domain).weights", "--pool", "\(domain).jsonl"]
          + ["--count", "\(count)", "--min-tokens", "0", "--logistic-share", "0"], in: directory)
      #expect(try drawn.filter { try JSON($0).domain.string == domain } == alone.rawLines)
    }
  }

  @Test func `Strata can be drawn by fields, and epochs use them up exactly`() throws {
    // 20, 8 and 2 documents.
    let pool = (0..<30).map { number in
      let stratum = number < 20 ? "a" : number < 28 ? "b" : "c"
      return Data("{\"text\": \"text \(number)\", \"d\": \"\(stratum)\", \"q\": \(number)}".utf8)
    }
    try directory.write(pool.joinedLines, to: "pool.jsonl")
    try Stages.run(
      ["resample", "pool.jsonl", "--field", "q", "--stratify", "d", "--fill", "--count", "10"]
        + ["--mixture", "a=0.3,b=0.3,c=0.4", "--epochs", "3", "--without-repeats"]
        + ["-o", "out.jsonl"], in: directory)
    let manifest = try directory.json("out.jsonl.manifest.json")
    // Shares of 10: 3, 3, 4. First c has only 2, so the others get one more each. Then b has 4 left
    // and c none, so a gives 6. In the end only a is left.
    let expected = [["a": 4, "b": 4, "c": 2], ["a": 6, "b": 4], ["a": 10]]
    let lines = try directory.read("out.jsonl").rawLines
    #expect(Set(lines) == Set(pool))
    for (epoch, expected) in expected.enumerated() {
      let drawn = try lines[10 * epoch..<10 * (epoch + 1)].map { try JSON($0).d.string ?? "" }
      #expect(Dictionary(drawn.map { ($0, 1) }, uniquingKeysWith: +) == expected)
    }
    #expect(manifest.selected.shortfall.int == 0)
    #expect(manifest.epochs.elements.map(\.documents.int) == [10, 10, 10])
  }

  @Test func `Targets have their shares, and no document in common`() throws {
    let code = try Fixtures.crawlText().rawLines.filter { try JSON($0).domain.string == "code" }
    try directory.write(Array(code.prefix(40)).joinedLines, to: "code.jsonl")
    let targets = ["wiki=\(Fixtures.wiki)", "code=code.jsonl"]
    for (options, counts) in [
      // The exact shares are 30.3 and 70.7.
      (["--count", "101", "--share", "wiki=0.3"], [30, 71]),
      (["--count", "101"], [51, 50]),
      (["--count", "100", "--share", "wiki=0", "--share", "code=1"], [0, 100]),
      // 20 documents are random; the other 80 are shared as 20 and 60.
      (["--count", "100", "--share", "wiki=0.25", "--replay", "0.2"], [20, 60]),
    ] {
      let drawn = try select(options + ["--annotate"], target: targets)
      let records = drawn.manifest.targets.elements
      #expect(records.map(\.name.string) == ["wiki", "code"])
      #expect(records.map(\.documents.int) == counts)
      #expect(Set(drawn.lines).count == drawn.lines.count)
      let names = try drawn.lines.compactMap { try JSON($0).dsel.target.string }
      #expect(["wiki", "code"].map { name in names.count { $0 == name } } == counts)
    }
  }

  @Test func `The first target draws as it would alone, the second from the rest`() throws {
    let code = try Fixtures.crawlText().rawLines.filter { try JSON($0).domain.string == "code" }
    try directory.write(Array(code.prefix(40)).joinedLines, to: "code.jsonl")
    let options = ["--logistic-share", "0", "--annotate"]
    let both = try select(
      options + ["--count", "120"], target: ["wiki=\(Fixtures.wiki)", "code=code.jsonl"]
    ).lines.map { try JSON($0) }
    let wiki = try select(options + ["--count", "60"]).lines.map { try JSON($0).id }
    #expect(both.filter { $0.dsel.target.string == "wiki" }.map(\.id) == wiki)
    // The first 60 in the second target's order that the first target left.
    let ranked = try select(options + ["--fraction", "1"], target: ["code.jsonl"]).lines
      .map { try JSON($0) }.sorted { $0.dsel.key.number ?? 0 > $1.dsel.key.number ?? 0 }.map(\.id)
    let left = ranked.filter { !wiki.contains($0) }.prefix(60)
    let second = both.filter { $0.dsel.target.string == "code" }.map { $0.id.string ?? "" }
    #expect(Set(second) == Set(left.compactMap(\.string)) && second.count == 60)
  }

  @Test func `A named target draws like an unnamed one, and may have several files`() throws {
    let plain = try select(["--count", "80"]).lines
    #expect(try select(["--count", "80"], target: ["wiki=\(Fixtures.wiki)"]).lines == plain)
    let lines = try Fixtures.read("wiki.jsonl").rawLines
    try directory.write(Array(lines[..<20]).joinedLines, to: "a.jsonl")
    try directory.write(Array(lines[20...]).joinedLines, to: "b.jsonl")
    #expect(try select(["--count", "80"], target: ["wiki=a.jsonl,b.jsonl"]).lines == plain)
    #expect(
      try select(["--count", "80"], target: ["wiki=a.jsonl", "wiki=b.jsonl"]).lines == plain)
  }
}
