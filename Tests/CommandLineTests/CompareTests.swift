import Foundation
import TestSupport
import Testing

/// The figures of `dsel compare`, against arithmetic by hand and an independent implementation.
///
/// The implementation is in Python: `Fixtures/golden/method/comparison.py`.
@Suite struct CompareTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    // Single words, none of which share one of 10,000 buckets. A collision would change the
    // expected numbers.
    try directory.write(#"{"text":"a a b c","m":{"site":"x"}}"# + "\n", to: "target.jsonl")
    try directory.write(
      [
        #"{"text":"a b","m":{"site":"x"}}"#, #"{"text":"b d","m":{"site":7}}"#,
        #"{"text":"","m":{"site":true}}"#,
      ].joined(separator: "\n"), to: "selected.jsonl")
    try directory.write(
      [
        #"{"text":"a b","m":{"site":"x"}}"#, #"{"text":"b d","m":{"site":7}}"#,
        #"{"text":"c e","m":{"site":null}}"#, #"{"text":"e f","m":{}}"#, #"{"text":"f g"}"#,
        #"{"text":"g h","m":{"site":"x"}}"#, #"{"text":"h h","m":{"site":[1]}}"#,
      ].joined(separator: "\n") + "\n", to: "pool.jsonl")
  }

  private let small = [
    "--target", "target.jsonl", "--selected", "selected.jsonl", "--ngrams", "1",
  ]

  private func compare(_ options: [String], input: Data? = nil) throws -> JSON {
    let run = try Dsel.run(["compare"] + options + ["--json"], input: input, in: directory)
    #expect(run.status == 0, "\(run.errors)")
    return try JSON(run.output)
  }

  @Test func `Divergence and coverage of a few words match arithmetic by hand`() throws {
    let found = try compare(small)
    // Target: a ½, b ¼, c ¼. Selection: a ¼, b ½, d ¼. The floor is 10⁻¹⁰.
    let floor = 1e-10
    let ofA = 0.5 * (log(0.5 + floor) - log(0.25 + floor))
    let ofB = 0.25 * (log(0.25 + floor) - log(0.5 + floor))
    let ofC = 0.25 * (log(0.25 + floor) - log(floor))
    let divergence = try #require(found.kl_target_selected.number)
    #expect(abs(divergence - (ofA + ofB + ofC)) < 1e-12)
    // The texts contain a twice, b, but not c.
    #expect(found.coverage_selected.number == 0.75)
    #expect(found.selected.documents.int == 3)
    #expect(found.selected.tokens.int == 4)
    // The last line has no line end, and counts all the same.
    #expect(found.selected.bytes.int == (try directory.read("selected.jsonl").count) + 1)
    #expect(found.kl_reduction.isNull && found.pool.isNull && found.domains.isNull)
  }

  @Test func `A domain table counts strings, numbers and booleans by value`() throws {
    let found = try compare(small + ["--pool", "pool.jsonl", "--domain-field", "m.site"])
    let rows = found.domains.table.elements
    #expect(rows.map(\.domain.string) == ["x", "7", "true"])
    #expect(rows.map(\.selected.documents.int) == [1, 1, 1])
    #expect(rows.map(\.pool.documents.int) == [2, 1, 0])
    #expect(rows.map(\.target.documents.int) == [1, 0, 0])
    #expect(rows[0].selected.share.number == 1.0 / 3)
    #expect(rows[0].pool.share.number == 2.0 / 7)
    // The rest: null, a member missing in an object, a value that is no object, and an array.
    #expect(found.domains.no_domain.pool.documents.int == 4)
    #expect(found.domains.others.pool.documents.int == 0)
  }

  @Test func `A random baseline as large as the pool has all documents`()
    throws
  {
    let found = try compare([
      "--target", "target.jsonl", "--selected", "pool.jsonl", "--pool", "pool.jsonl",
    ])
    #expect(found.random_arm.documents.int == 7)
    #expect(found.kl_target_random == found.kl_target_pool)
    #expect(found.kl_reduction.number == 0 && found.kl_reduction_from_pool.number == 0)
    #expect(found.coverage_random == found.coverage_selected)
  }

  /// One entry of comparison.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { "\(json.settings)" }

    var options: [String] {
      let settings = json.settings
      // The oracle's seed is a whole number that no double holds, and `JSON` has doubles.
      let seed = (settings.seed.number ?? 0) > 1e18 ? UInt64.max : UInt64(settings.seed.int ?? 0)
      return [
        "--tokenizer", settings.tokenizer.string ?? "", "--ngrams", "\(settings.n.int ?? 0)",
        "--buckets", "\(settings.buckets.int ?? 0)", "--seed", "\(seed)",
      ]
    }

    static let all: [Expected] = {
      guard let json = try? JSON(Fixtures.read("golden/method/comparison.json")) else { return [] }
      return json.runs.elements.map(Expected.init)
    }()
  }

  @Test(arguments: Expected.all)
  func `The comparison of the fixtures matches the oracle's`(expected: Expected) throws {
    let lines = try Fixtures.crawlText().lines
    let selected = lines.indices.filter { $0 % 7 == 3 }.map { lines[$0] + "\n" }
    try directory.write(selected.joined(), to: "every7th.jsonl")
    let found = try compare(
      [
        "--target", Fixtures.wiki, "--selected", "every7th.jsonl", "--pool", Fixtures.crawl,
        "--domain-field", "domain",
      ] + expected.options)
    let names = [
      ("target", "", ""), ("selected", "kl_target_selected", "coverage_selected"),
      ("pool", "kl_target_pool", "coverage_pool"),
      ("random_arm", "kl_target_random", "coverage_random"),
    ]
    for (name, divergence, coverage) in names {
      let (side, wanted) = (found[name], expected.json[name])
      for count in ["documents", "tokens", "features", "bytes"] {
        #expect(side[count].int == wanted[count].int, "\(name): \(count)")
      }
      #expect(side.tokens_per_document.counts == wanted.lengths.counts, "\(name)")
      if !divergence.isEmpty {
        let (one, other) = (
          try #require(found[divergence].number), try #require(wanted.kl.number)
        )
        #expect(abs(one - other) <= 1e-9 * other, "\(name)")
        #expect(found[coverage].number == wanted.coverage.number, "\(name)")
      }
      let domains = found.domains.table.elements.filter { ($0[name].documents.int ?? 0) > 0 }
      let counts = domains.map { ($0.domain.string ?? "", $0[name].documents.int ?? 0) }
      var wantedCounts = wanted.domains.counts
      // The oracle uses Python's None for a document without a domain.
      let without = wantedCounts.removeValue(forKey: "null") ?? 0
      #expect(found.domains.no_domain[name].documents.int == without, "\(name)")
      #expect(Dictionary(uniqueKeysWithValues: counts) == wantedCounts, "\(name)")
    }
    #expect(found.random_arm.documents.int != found.pool.documents.int)
  }

  @Test func `The result is the same for any threads, shards and pipes`() throws {
    let lines = try Fixtures.crawlText().lines
    let half = lines.count / 2
    try directory.write(lines[..<half].map { $0 + "\n" }.joined(), to: "one.jsonl")
    try directory.write(lines[half...].map { $0 + "\n" }.joined(), to: "two.jsonl")
    let options = ["--target", Fixtures.wiki, "--selected", "two.jsonl", "--domain-field", "id"]
    let expected = try results(
      options + ["--pool", "one.jsonl", "two.jsonl", "--threads", "1"])
    #expect(
      try results(options + ["--pool", "two.jsonl", "one.jsonl", "--threads", "3"]) == expected)
    let piped = try compare(
      options + ["--pool", "-", "--threads", "2"], input: Fixtures.crawlText())
    #expect(results(piped) == expected)
  }

  private func results(_ options: [String]) throws -> JSON { results(try compare(options)) }

  /// The figures for the documents, without those of the files that held them.
  private func results(_ comparison: JSON) -> JSON {
    guard case .object(var members) = comparison else { return comparison }
    for side in ["target", "selected", "pool", "random_arm"] {
      members[side] = members[side]?.without("inputs")
    }
    return .object(members)
  }

  @Test func `Text shows the same figures in columns`() throws {
    let run = try Dsel.run(
      ["compare"] + small + ["--pool", "pool.jsonl", "--domain-field", "m.site"], in: directory)
    #expect(run.status == 0)
    #expect(
      run.lines.first?.split(separator: " ").joined(separator: " ")
        == "target selection pool random baseline")
    let documents = run.lines.first { $0.hasPrefix("documents") } ?? ""
    #expect(documents.split(separator: " ").prefix(4) == ["documents", "1", "3", "7"])
    #expect(run.lines.contains { $0.hasPrefix("n-gram coverage") && $0.contains("75.0 %") })
    #expect(run.lines.contains { $0.hasPrefix("x ") && $0.contains("1 (33.3 %)") })
    #expect(run.lines.contains { $0.hasPrefix("(no such field)") && $0.contains("4 (57.1 %)") })
  }

  private static let wrong: [([String], Int32, String)] = [
    (["--selected", "selected.jsonl"], 64, "--target is missing"),
    (["--target", "target.jsonl"], 64, "--selected is missing"),
    (["--target", "-", "--selected", "-"], 64, "named twice"),
    (
      ["--target", "target.jsonl", "--selected", "selected.jsonl", "--domain-field", "a..b"], 64,
      "empty key"
    ),
    (["--target", "target.jsonl", "--selected", "/dev/null"], 1, "the selection is empty"),
    (["--target", "target.jsonl", "--selected", "none.jsonl"], 1, "none.jsonl: no such file"),
  ]

  @Test(arguments: wrong)
  func `An impossible comparison is refused with the reason`(
    options: [String], status: Int32, message: String
  ) throws {
    let run = try Dsel.run(["compare"] + options, in: directory)
    #expect(run.status == status)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test func `Invalid lines are skipped with a warning`() throws {
    let run = try Dsel.run(
      ["compare"] + small + ["--pool", "pool.jsonl", Fixtures.malformed("not-json.jsonl")]
        + ["--on-error", "skip", "--json"], in: directory)
    #expect(run.status == 0)
    #expect(run.errors.contains("1 invalid line of the pool was skipped (not_json 1), in "))
    #expect(try JSON(run.output).pool.skipped_lines.counts == ["not_json": 1])
  }
}
