import Foundation
import TestSupport
import Testing

/// Draws from strata against an independent Python version, and rules for any draw.
///
/// The version is `Fixtures/golden/method/strata.py`. The rules: a larger draw contains the
/// smaller, and each text is drawn once.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct StrataTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  static func golden() throws -> JSON { try JSON(Fixtures.read("golden/method/strata.json")) }

  @Test func `The draw equals that of exact fractions and a plain sort`() throws {
    let golden = try Self.golden()
    try #require(golden.cases.elements.count == 24)
    for (number, pool) in golden.pools.elements.enumerated() {
      try directory.write(Self.lines(pool.elements).joinedLines, to: "\(number).jsonl")
    }
    for expected in golden.cases.elements {
      let mixture = expected.mixture.elements.compactMap(\.string)
      for draw in expected.draws.elements {
        let drawn = try Stages.run(
          ["resample", "\(expected.pool.int ?? -1).jsonl", "--field", "q", "--top-k"]
            + ["--stratify", "site", "--count", "\(draw.count.int ?? -1)"]
            + (mixture.isEmpty ? [] : ["--mixture", mixture.joined(separator: ",")]), in: directory)
        let found = try drawn.rawLines.map { try JSON($0).id }
        #expect(found == draw.ids.elements, "\(mixture) \(draw.count)")
      }
    }
  }

  /// The lines of documents, with names of strata byte for byte.
  ///
  /// JSON would treat "é" and "e" with an accent as the same key.
  private static func lines(_ documents: [JSON]) throws -> [Data] {
    documents.map { document in
      let (text, site) = (document.text.string ?? "", document.site.string ?? "")
      return Data(
        """
        {"id": \(document.id.int ?? -1), "text": "\(text)", "site": "\(site)", "q": \
        \(document.q.number ?? 0)}
        """.utf8)
    }
  }

  /// 600 documents of 200 texts, whose copies have other ratings and are in other strata.
  private func writeCopies(_ name: String) throws {
    var random = SplitMix64(state: 5)
    let lines = (0..<600).map { number in
      let (text, quality) = (random.next() % 200, Double(random.next() % 4_000) / 100)
      let domain = ["a", "b", "c", "d"][Int(random.next() % 10) / 3]
      let words = String(repeating: "word\(text) ", count: Int(text % 7) + 1)
      return Data(
        "{\"id\": \(number), \"text\": \"\(words)\", \"d\": \"\(domain)\", \"q\": \(quality)}".utf8)
    }
    try directory.write(lines.joinedLines, to: name)
  }

  /// Ways to draw, each with a unit and the sizes to compare.
  static let draws: [[String]] = [
    ["--stratify", "d"], ["--stratify", "d", "--mixture", "a=0.3"],
    ["--stratify", "d", "--mixture", "a=0.3,b=0.1,c=0.6"],
    ["--stratify", "d", "--fill", "--mixture", "d=0.7"],
    ["--stratify", "d", "--mixture-temperature", "3"],
    ["--stratify", "d", "--replay", "0.35"], ["--replay", "0.35"],
    ["--stratify", "d", "--fill", "--replay", "0.2"],
    ["--stratify", "d", "--top-k"], ["--stratify", "d", "--temperature", "20"],
  ]

  @Test(arguments: draws, ["--count", "--tokens", "--bytes"])
  func `A larger draw by ratings contains the smaller`(options: [String], unit: String) throws {
    if options.contains("--fill"), unit != "--count" { return }
    try writeCopies("pool.jsonl")
    var smaller: Set<String> = []
    for size in [1, 2, 3, 10, 11, 12, 13, 14, 15, 40, 41, 90, 150, 199, 300] {
      let factor = ["--count": 1, "--tokens": 4, "--bytes": 90][unit] ?? 1
      let drawn = try Stages.run(
        ["resample", "pool.jsonl", "--field", "q", unit, "\(size * factor)"] + options,
        in: directory
      ).rawLines.map { try JSON($0).text.string ?? "" }
      let texts = Set(drawn)
      #expect(texts.count == drawn.count, "each text once")
      #expect(smaller.isSubset(of: texts), "\(size)")
      smaller = texts
    }
  }

  /// The draw of several parts of a stratum when copies of its texts are in others.
  ///
  /// This is the hardest case to fill.
  static let filled: [[String]] = [
    ["--replay", "0.2"], ["--replay", "0.5", "--mixture", "a=0.3,b=0.2,c=0.1"],
    ["--epochs", "2", "--without-repeats"], ["--mixture", "d=0.9", "--replay", "0.1"],
  ]

  @Test(arguments: filled)
  func `A filled draw grows with the count, up to all documents`(options: [String]) throws {
    try writeCopies("pool.jsonl")
    let all = Set(try directory.read("pool.jsonl").rawLines.map { try JSON($0).text.string ?? "" })
    let factor = options.contains("--epochs") ? 2 : 1
    var smaller: Set<String> = []
    for count in Array(stride(from: 3, to: all.count / factor, by: 6)) + [all.count / factor] {
      try Stages.run(
        ["resample", "pool.jsonl", "--field", "q", "--count", "\(count)", "--stratify", "d"]
          + ["--fill", "-o", "out", "--force"] + options, in: directory)
      let drawn = Set(try directory.read("out").rawLines.map { try JSON($0).text.string ?? "" })
      #expect(drawn.count == count * factor)
      // Epochs are exempt: a larger first epoch leaves other documents to the second.
      #expect(factor == 2 || smaller.isSubset(of: drawn), "\(count)")
      smaller = drawn
      let manifest = try directory.json("out.manifest.json")
      #expect(manifest.selected.shortfall.int == 0)
      let budgets = manifest.parts.elements.compactMap(\.budget.int)
      #expect(budgets.reduce(0, +) == count * factor)
    }
  }

  static let selections: [[String]] = [
    [], ["--stratify", "domain"],
    ["--stratify", "domain", "--mixture", "wiki=0.4,saga=0.3", "--fill"],
    ["--replay", "0.3"], ["--replay", "0.3", "--stratify", "domain"],
    ["--share", "wiki=0.3", "--target", "code=code.jsonl"],
    [
      "--share", "wiki=0.3", "--target", "code=code.jsonl", "--stratify", "domain", "--replay",
      "0.1",
    ],
  ]

  @Test(arguments: selections)
  func `A larger selection contains the smaller`(options: [String]) throws {
    let code = try Fixtures.crawlText().rawLines.filter { try JSON($0).domain.string == "code" }
    try directory.write(Array(code.prefix(40)).joinedLines, to: "code.jsonl")
    var smaller: Set<String> = []
    for count in [1, 2, 9, 10, 11, 12, 13, 57, 100, 101, 102, 103, 400] {
      let run = try Dsel.select(
        target: "wiki=\(Fixtures.wiki)",
        Stages.buckets + ["-q", "--count", "\(count)", "--temperature", "5"] + options,
        in: directory)
      try #require(run.status == 0, "\(run.errors)")
      let ids = Set(try run.output.jsonLines().map { $0.id.string ?? "" })
      #expect(ids.count == run.lines.count && smaller.isSubset(of: ids), "\(count)")
      smaller = ids
    }
  }

  @Test(arguments: [["--stratify", "d"], ["--stratify", "d", "--fill"], []])
  func `Lines in another order give the same set of texts`(options: [String]) throws {
    try writeCopies("pool.jsonl")
    var random = SplitMix64(state: 1)
    let lines = try directory.read("pool.jsonl").rawLines
    var expected: Set<String>?
    for _ in 0..<6 {
      try directory.write(lines.shuffled(using: &random).joinedLines, to: "other.jsonl")
      let drawn = try Stages.run(
        ["resample", "other.jsonl", "--field", "q", "--count", "77"] + options, in: directory
      ).rawLines.map { try JSON($0).text.string ?? "" }
      #expect(drawn.count == 77)
      #expect(expected ?? Set(drawn) == Set(drawn))
      expected = Set(drawn)
    }
  }

  @Test func `Each text is drawn once in all epochs without repeats`() throws {
    try writeCopies("pool.jsonl")
    let run = try Dsel.run(
      ["resample", "pool.jsonl", "--field", "q", "--count", "70", "--epochs", "3"]
        + ["--without-repeats", "-o", "out.jsonl"], in: directory)
    #expect(run.status == 0)
    let texts = try directory.read("out.jsonl").rawLines.map { try JSON($0).text.string ?? "" }
    let all = Set(try directory.read("pool.jsonl").rawLines.map { try JSON($0).text.string ?? "" })
    // There are 200 texts at most, and the draw asks for 210.
    #expect(texts.count == all.count && Set(texts) == all)
    #expect(run.errors.contains("epoch 2: \(210 - all.count) documents short of 70"))
  }

  @Test func `The best of several copies with different ratings is drawn, in any stratum`() throws {
    try directory.write(
      """
      {"text": "x", "d": "a", "q": 1}
      {"text": "x", "d": "b", "q": 2}
      {"text": "y", "d": "a", "q": 0}
      {"text": "x", "d": "b", "q": 2, "second": true}

      """, to: "pool.jsonl")
    let options = ["resample", "pool.jsonl", "--field", "q", "--top-k", "-o", "out.jsonl"]
    try Stages.run(options + ["--count", "2", "--stratify", "d"], in: directory)
    let drawn = try directory.read("out.jsonl").jsonLines()
    #expect(drawn.map(\.text.string) == ["x", "y"] && drawn.map(\.d.string) == ["b", "a"])
    #expect(drawn[0].second.isNull)
    // Only the copy with the same rating is counted.
    #expect(try directory.json("out.jsonl.manifest.json").selected.dropped_copies.int == 1)
    try Stages.run(options + ["--count", "1", "--force"], in: directory)
    #expect(try directory.read("out.jsonl").jsonLines().map(\.d.string) == ["b"])
  }

  @Test func `Names that only look alike are two strata`() throws {
    let names = ["caf\u{E9}", "cafe\u{301}"]
    let lines = (0..<40).map { number in
      Data("{\"text\": \"t\(number)\", \"d\": \"\(names[number % 2])\", \"q\": 1}".utf8)
    }
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    try Stages.run(
      ["resample", "pool.jsonl", "--field", "q", "--stratify", "d", "--count", "10"]
        + ["--mixture", "\(names[0])=0.2,\(names[1])=0.8", "-o", "out.jsonl"], in: directory)
    let drawn = try directory.read("out.jsonl").rawLines
    #expect(drawn.count { Array($0).contains(0xC3) } == 2)
    #expect(drawn.count { Array($0).contains(0xCC) } == 8)
    let manifest = String(decoding: try directory.read("out.jsonl.manifest.json"), as: UTF8.self)
    for name in names {
      let encoded = Array("\"\(name)\" : 0.".utf8)
      #expect(manifest.utf8.contains(encoded), "both shares are in the manifest")
    }
  }

  @Test func `Values that no document has are refused with a list of the existing values`() throws {
    let options = Stages.buckets + ["--count", "20", "--stratify", "domain", "--mixture"]
    let unknown = try Dsel.select(options + ["wikki=0.5"], in: directory)
    #expect(unknown.status == 1 && unknown.output.isEmpty)
    #expect(unknown.errors.contains("--mixture names \"wikki\", but no document"))
    #expect(unknown.errors.contains("Did you mean \"wiki\"?"))
    #expect(unknown.errors.contains("\"saga\", \"satire\", \"scripture\", \"sqldocs\", \"wiki\""))
    // Any share is refused, even 0, which may be meant to leave a value out.
    #expect(try Dsel.select(options + ["wikki=0"], in: directory).status == 1)
    let nothing = try Dsel.select(
      options + [
        "code=0,german=0,japanese=0,pydocs=0,saga=0,satire=0,scripture=0,sqldocs=0,wiki=0"
      ], in: directory)
    #expect(nothing.status == 1 && nothing.errors.contains("nothing is left to draw from"))
  }

  @Test func `A number names the same stratum in any notation`() throws {
    let lines = (0..<40).map { "{\"text\": \"t\($0)\", \"q\": \($0), \"d\": \($0 % 4).0}\n" }
    try directory.write(lines.joined(), to: "pool.jsonl")
    let options = ["resample", "pool.jsonl", "--field", "q", "--stratify", "d", "--count", "10"]
    var outputs: Set<Data> = []
    for name in ["2", "2.0", "2e0", "0.2e1"] {
      outputs.insert(try Stages.run(options + ["--mixture", "\(name)=0.8"], in: directory))
    }
    #expect(outputs.count == 1)
    #expect(try outputs.first?.jsonLines().count { $0.d.int == 2 } == 8)
    let twice = try Dsel.run(options + ["--mixture", "2=0.3,2.0=0.3"], in: directory)
    #expect(twice.status == 1 && twice.errors.contains("twice"), "\(twice.errors)")
  }
}

extension Sequence where Element: Equatable {
  /// True if the elements of `part` occur consecutively in this sequence.
  fileprivate func contains(_ part: [Element]) -> Bool {
    let all = Array(self)
    guard all.count >= part.count else { return false }
    return (0...all.count - part.count).contains { all[$0..<$0 + part.count].elementsEqual(part) }
  }
}
