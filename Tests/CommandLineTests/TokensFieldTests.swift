import Foundation
import TestSupport
import Testing

/// `--tokens-field`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct TokensFieldTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// A document with the rating `q` and a number of tokens.
  private func line(_ id: Int, q: Double, tokens: String, site: String = "a") -> String {
    let field = tokens.isEmpty ? "" : #","meta":{"n_tokens":\#(tokens)}"#
    return #"{"id":\#(id),"text":"text \#(id)","q":\#(q),"site":"\#(site)"\#(field)}"# + "\n"
  }

  private func resample(_ options: [String]) throws -> (ids: [Int?], errors: String, status: Int32)
  {
    let run = try Dsel.run(
      ["resample", "--field", "q", "--top-k", "pool.jsonl", "--manifest", "m.json", "--force"]
        + ["--tokens-field", "meta.n_tokens"] + options, in: directory)
    return (try run.output.jsonLines().map(\.id.int), run.errors, run.status)
  }

  @Test func `A budget counts the field's numbers, in the order of keys`() throws {
    // By q: 1 (40 tokens), 3 (50), 0 (30), 2 (5). The budget of 119 ends before document 0, even
    // though 2 would fit.
    try directory.write(
      [(0, 2.0, "30"), (1, 9, "40"), (2, 1, "5"), (3, 4, "5e1")].map {
        line($0, q: $1, tokens: $2)
      }.joined(), to: "pool.jsonl")
    let (ids, errors, status) = try resample(["--tokens", "119"])
    #expect(status == 0 && ids == [1, 3], "\(errors)")
    #expect(errors.contains("selected 2 of 4 documents: 90 tokens (meta.n_tokens)"), "\(errors)")
    let manifest = try directory.json("m.json")
    #expect(manifest.selected.tokens == .number(90))
    #expect(manifest.selected.shortfall == .number(29))
    #expect(manifest.settings.tokens_field.string == "meta.n_tokens")
    #expect(try resample(["--tokens", "120"]).ids == [0, 1, 3])
  }

  @Test func `Shares of a budget in tokens are of the field's numbers`() throws {
    // 100 tokens, half of each site: of a, 30 fit before the next 30; of b, 45.
    try directory.write(
      [
        line(0, q: 9, tokens: "30"), line(1, q: 8, tokens: "30"),
        line(2, q: 1, tokens: "45", site: "b"), line(3, q: 0, tokens: "45", site: "b"),
      ].joined(), to: "pool.jsonl")
    let (ids, errors, _) = try resample(
      ["--tokens", "100", "--stratify", "site", "--mixture", "a=0.5,b=0.5"])
    #expect(ids == [0, 2], "\(errors)")
  }

  @Test(arguments: [
    ("", "the field \"meta.n_tokens\" is missing"),
    ("null", "the field \"meta.n_tokens\" is null, not a whole number"),
    ("\"7\"", "the field \"meta.n_tokens\" is a string, not a whole number"),
    ("-5", "the field \"meta.n_tokens\" is -5, not a whole number"),
    ("5.5", "the field \"meta.n_tokens\" is 5.5, not a whole number"),
    ("4294967296", "the field \"meta.n_tokens\" is 4294967296, not a whole number"),
    ("1e300", "the field \"meta.n_tokens\" is 1e+300, not a whole number"),
    ("18446744073709551617", "not a whole number"),
  ])
  func `What is no number of tokens makes a line invalid`(tokens: String, message: String) throws {
    try directory.write(
      line(0, q: 1, tokens: "3") + line(1, q: 2, tokens: tokens), to: "pool.jsonl")
    let (_, errors, status) = try resample(["--tokens", "100"])
    #expect(status == 1)
    #expect(errors.contains("pool.jsonl:2: ") && errors.contains(message), "\(errors)")
    let skipping = try resample(["--tokens", "100", "--on-error", "skip"])
    #expect(skipping.ids == [0] && skipping.errors.contains("not_a_number 1"), "\(skipping.errors)")
    for select in [["--count", "1"], ["--tokens", "100", "--remainder", "rest.jsonl"]] {
      let run = try Dsel.run(
        [
          "select", "--target", "pool.jsonl", "--pool", "pool.jsonl", "--min-tokens", "0",
          "--tokens-field", "meta.n_tokens", "--on-error", "skip", "-o", "out.jsonl", "--force",
        ] + select, in: directory)
      #expect(run.status == 0 && run.errors.contains("not_a_number 1"), "\(run.errors)")
    }
  }

  @Test func `Zero and the largest number are numbers of tokens`() throws {
    try directory.write(
      line(0, q: 2, tokens: "4294967295") + line(1, q: 3, tokens: "0"), to: "pool.jsonl")
    #expect(try resample(["--tokens", "4294967294"]).ids == [1])
    #expect(try resample(["--tokens", "4294967295"]).ids == [0, 1])
  }

  /// The fixture's pool with `n_tokens`: three for each word of Python's split.
  private func writePool() throws {
    _ = try directory.write(Fixtures.crawlText(), to: "crawl.jsonl")
    _ = try Program.run(
      "/usr/bin/env",
      [
        "python3", "-c",
        """
        import json
        with open("pool.jsonl", "w", encoding="utf-8") as file:
          for line in open("crawl.jsonl", encoding="utf-8"):
            d = json.loads(line)
            file.write(json.dumps(d | {"n_tokens": 3 * len(d["text"].split())}) + "\\n")
        """,
      ], in: directory)
  }

  private func select(_ options: [String]) throws -> (lines: [JSON], manifest: JSON) {
    let run = try Dsel.run(
      ["select", "--target", Fixtures.wiki, "--pool", "pool.jsonl", "-o", "out.jsonl", "--force"]
        + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try (
      directory.read("out.jsonl").jsonLines(), directory.json("out.jsonl.manifest.json")
    )
  }

  @Test func `Select draws the largest keys whose numbers fit`() throws {
    try writePool()
    let weight = ["--objective", "weight", "--logistic-share", "0", "--annotate"]
    let all = try select(weight + ["--fraction", "1"]).lines
    let sorted = all.sorted { ($0.dsel.key.number ?? 0) > ($1.dsel.key.number ?? 0) }
    var (left, expected) = (20_000, Set<String?>())
    for document in sorted {
      left -= document.n_tokens.int ?? 0
      guard left >= 0 else { break }
      expected.insert(document.id.string)
    }
    let (lines, manifest) = try select(
      weight + ["--tokens", "20000", "--tokens-field", "n_tokens"])
    #expect(Set(lines.map(\.id.string)) == expected)
    let sum = lines.reduce(0) { $0 + ($1.n_tokens.int ?? 0) }
    #expect(manifest.selected.tokens.int == sum)
    #expect(20_000 - sum == manifest.selected.shortfall.int)
  }

  @Test func `A set keeps within the budget, and strata within their shares`() throws {
    try writePool()
    let (lines, manifest) = try select([
      "--tokens", "30000", "--tokens-field", "n_tokens", "--stratify", "domain", "--mixture",
      "wiki=0.5,code=0.5",
    ])
    let sums = lines.reduce(into: [String: Int]()) {
      $0[$1.domain.string ?? "", default: 0] += $1.n_tokens.int ?? 0
    }
    for name in ["wiki", "code"] {
      // A choice ends when 16 documents in a row don't fit.
      #expect((13_000...15_000).contains(sums[name] ?? 0), "\(name): \(sums[name] ?? 0)")
    }
    #expect(manifest.selected.tokens.int == sums.values.reduce(0, +))
  }

  @Test(arguments: [
    (["resample", "--weights", "w", "--pool", "p"], "--tokens-field needs --field"),
    (
      ["resample", "--candidates", "w", "--pool", "p"],
      "--tokens-field belongs to 'dsel weigh --candidates', which keeps the numbers of that field"
    ),
    (
      ["weigh", "p", "--target-model", "m", "--pool-model", "m"],
      "--tokens-field needs --candidates: weights don't depend on the draw."
    ),
    (["select", "--target", "t", "--pool", "p", "--base", "m"], "can't be used with --base"),
    (
      ["select", "--target", "t", "--pool", "p", "--tokens", "auto"],
      "--tokens auto can't be used with --tokens-field"
    ),
  ])
  func `Where dsel has no such field, it says so`(arguments: [String], message: String) throws {
    let run = try Dsel.run(arguments + ["--tokens-field", "n"], in: directory)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
  }

  /// Candidates of dsel's own tokens and of a field's, and of two fields, don't merge.
  @Test func `Candidates with other numbers of tokens don't merge`() throws {
    try writePool()
    try Stages.run(["fit", Fixtures.wiki, "-o", "w.model"], in: directory)
    try Stages.run(["fit", "pool.jsonl", "-o", "p.model"], in: directory)
    let models = ["--target-model", "w.model", "--pool-model", "p.model"]
    for (name, field) in [("own", []), ("given", ["--tokens-field", "n_tokens"])] {
      try Stages.run(
        ["weigh", "pool.jsonl", "--candidates", "9k", "--budget", "tokens", "-o", name] + models
          + field, in: directory)
    }
    let run = try Dsel.run(["merge", "own", "given", "-o", "all"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("kept with another --tokens-field"), "\(run.errors)")
    // Everything of the file that an older program must know is announced by its version.
    #expect(try directory.read("given").jsonLines()[0].format_version.int == 7)
    #expect(try directory.read("given").jsonLines()[0].tokens_field.string == "n_tokens")
  }

  @Test func `Budgets of tokens name no part that is too small for a document`() throws {
    let run = try Dsel.run(
      [
        "select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, "--objective", "weight",
        "--stratify", "domain", "--tokens", "20000", "-o", "out.jsonl", "--manifest", "m.json",
      ], in: directory)
    #expect(run.status == 0 && !run.errors.contains("short of"), "\(run.errors)")
    // The regression has 4 % of each stratum's budget, which no document fits into.
    let parts = try directory.json("m.json").parts.elements
    #expect(parts.contains { $0.by.string == "logistic" && $0.documents.int == 0 })
    // A stratum without any document is named.
    let short = try Dsel.run(
      [
        "select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, "--objective", "weight",
        "--stratify", "domain", "--tokens", "2000", "-o", "out.jsonl", "--force",
      ], in: directory)
    #expect(short.errors.contains("stratum \"saga\": "), "\(short.errors)")
  }
}
