import Foundation
import TestSupport
import Testing

/// Sets from the small fixture, against an independent implementation of the objective.
///
/// The implementation is in Python: `Fixtures/golden/method/sets.py`.
@Suite struct SetSelectionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One entry of sets.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { (targets + options).joined(separator: " ") }

    var targets: [String] {
      guard case .object(let shares) = json.settings.targets else { return [] }
      return shares.keys.sorted().map { "\($0)=\(shares[$0]?.string ?? "")" }
    }

    var options: [String] {
      let settings = json.settings
      var options = [
        "--estimator", settings.estimator.string ?? "",
        "--purity", "\(settings.purity.number ?? -1)", "--noise", "\(settings.noise.number ?? -1)",
        "--seed", "\(settings.seed.int ?? -1)",
      ]
      for (name, option) in [
        ("count", "count"), ("token_budget", "tokens"), ("byte_budget", "bytes"),
        ("fraction", "fraction"),
      ] {
        if let value = settings[name].number { options += ["--\(option)", value.shortest] }
      }
      if let field = settings.strata.string { options += ["--stratify", field] }
      if case .object(let mixture) = settings.mixture {
        let shares = mixture.map { "\($0.key)=\($0.value.string ?? "")" }
        options += ["--mixture", shares.sorted().joined(separator: ",")]
      }
      if !targets.isEmpty { options += ["--share", targets.joined(separator: ",")] }
      return options
    }
  }

  static func expected() throws -> [Expected] {
    let runs = try JSON(Fixtures.read("golden/method/sets.json")).runs.elements
    try #require(runs.count > 20)
    return runs.map { Expected(json: $0) }
  }

  @Test(arguments: try expected())
  func `The selection is the oracle's`(expected: Expected) throws {
    let ids = try ids(expected, [])
    let expectedIDs = expected.json.targets.elements.flatMap {
      $0.selected.elements.compactMap(\.string)
    }
    guard expected.json.settings.estimator.string == "blend" else {
      #expect(Set(ids).count == ids.count)
      #expect(ids.sorted() == expectedIDs.sorted())
      return
    }
    // The log odds of dsel and the oracle differ by up to 0.1. "agreement" is the share that stays
    // the same if they move at random by that much: the smallest of three trials. Twice as many
    // documents may differ.
    let agreement = try #require(expected.json.agreement.number)
    let shared = Set(ids).intersection(expectedIDs).count
    let differing = Double(expectedIDs.count - shared)
    #expect(differing <= max(1, 2 * (1 - agreement) * Double(expectedIDs.count)))
    if expectedIDs.count == 1 || agreement == 1 { #expect(shared == expectedIDs.count) }
  }

  @Test(arguments: [0, 1, 2]) func `The selection is in pool order`(run: Int) throws {
    let expected = try Self.expected().filter { $0.json.settings.count.int ?? 0 >= 100 }[run]
    let order = try Fixtures.crawlText().jsonLines().compactMap(\.id.string)
    let ids = try ids(expected, [])
    #expect(ids == order.filter(Set(ids).contains))
  }

  private static let sizes = [
    ["--count", "20"], ["--count", "40"], ["--count", "300"], ["--tokens", "90000"],
    ["--bytes", "300kB", "--purity", "0"], ["--count", "150", "--stratify", "domain"],
  ]

  @Test(arguments: sizes)
  func `The same documents are chosen from any shards, on any number of threads`(
    size: [String]
  ) throws {
    let lines = try Fixtures.crawlText().rawLines
    let expected = try select([Fixtures.crawl], size + ["--threads", "1"])
    #expect(!expected.isEmpty)
    for threads in ["2", "7"] {
      #expect(try select([Fixtures.crawl], size + ["--threads", threads]) == expected)
    }
    try directory.write(lines.joinedLines, to: "plain.jsonl")
    #expect(try select(["plain.jsonl"], size) == expected)

    var names: [String] = []
    for (number, start) in stride(from: 0, to: lines.count, by: 300).enumerated() {
      let shard = Array(lines[start..<min(start + 300, lines.count)]).joinedLines
      let name = "shard-\(number).jsonl" + (number % 2 == 1 ? ".zst" : "")
      try directory.write(
        number % 2 == 1 ? Containers.zstd(shard, in: directory) : shard, to: name)
      names.append(name)
    }
    #expect(try select(names, size) == expected)
    #expect(Set(try select(names.reversed(), size)) == Set(expected))

    var random = SplitMix64(state: 5)
    try directory.write(lines.shuffled(using: &random).joinedLines, to: "shuffled.jsonl")
    for threads in ["1", "7"] {
      #expect(
        Set(try select(["shuffled.jsonl"], size + ["--threads", threads])) == Set(expected))
    }
  }

  @Test(arguments: [["--count", "100"], ["--tokens", "50000"]])
  func `Annotations have the order of a set`(size: [String]) throws {
    let lines = try select([Fixtures.crawl], size)
    let annotated = try select([Fixtures.crawl], size + ["--annotate", "--threads", "1"])
    let order = try annotated.map { try JSON(Data($0.utf8)).dsel.order.int ?? 0 }
    #expect(order.sorted() == Array(1...lines.count))
    #expect(order != Array(1...lines.count))
    #expect(try select([Fixtures.crawl], size + ["--annotate", "--threads", "7"]) == annotated)
    let byWeight = try Dsel.select(size + ["--annotate", "--objective", "weight"], in: directory)
    #expect(!byWeight.lines.joined().contains("\"order\":"))
  }

  @Test func `Purity 1 is the draw by weight`() throws {
    let size = ["--count", "200", "--estimator", "shrunk"]
    let byWeight = try Dsel.select(size + ["--objective", "weight"], in: directory)
    #expect(byWeight.status == 0 && byWeight.lines.count == 200)
    #expect(try select([Fixtures.crawl], size + ["--purity", "1"]) == byWeight.lines)
  }

  private func ids(_ expected: Expected, _ options: [String]) throws -> [String] {
    let lines = try Fixtures.read("wiki.jsonl").rawLines
    for (name, first) in [("even", 0), ("odd", 1)] {
      let half = stride(from: first, to: lines.count, by: 2).map { lines[$0] }
      try directory.write(half.joinedLines, to: "\(name).jsonl")
    }
    let targets =
      expected.targets.isEmpty ? [Fixtures.wiki] : ["even=even.jsonl", "odd=odd.jsonl"]
    let run = try Dsel.run(
      ["select", "--target"] + targets + ["--pool", Fixtures.crawl, "--objective", "set"]
        + expected.options + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try run.output.jsonLines().compactMap(\.id.string)
  }

  /// The chosen lines.
  private func select(_ pool: [String], _ options: [String]) throws -> [String] {
    let run = try Dsel.select(pool: pool, options + ["--objective", "set"], in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.lines
  }
}

extension Double {
  /// `200` rather than `200.0`.
  fileprivate var shortest: String { Int(exactly: self).map { "\($0)" } ?? "\(self)" }
}
