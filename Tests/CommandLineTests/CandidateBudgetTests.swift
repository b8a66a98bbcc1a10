import Foundation
import TestSupport
import Testing

/// Candidates for draws of a number of tokens or bytes.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct CandidateBudgetTests {
  private let directory: TemporaryDirectory
  private let shards: [String]

  init() throws {
    directory = try TemporaryDirectory()
    shards = try Stages.shards(4, in: directory)
    // Copies across shards, whose lines differ in length, but not in text.
    let copies = try directory.read(shards[3]).rawLines.prefix(30).map { line in
      Data(#"{"pad":"xxxxxxxxxxxxxxxxxxxxxxxx","#.utf8) + line.dropFirst()
    }
    try directory.write(directory.read(shards[0]) + copies.joinedLines, to: shards[0])
    try Stages.run(["fit"] + shards + ["-o", "pool.model"] + Stages.buckets, in: directory)
    try Stages.run(["fit", Fixtures.wiki, "-o", "wiki.model"] + Stages.buckets, in: directory)
  }

  private func weigh(_ shards: [String], _ options: [String], to name: String) throws {
    try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + shards + options
        + ["-o", name, "--force"], in: directory)
  }

  @Test(arguments: [
    ("tokens", "50k", ["--objective", "weight"], ["50000", "49999", "3000", "1"]),
    ("bytes", "200kB", ["--objective", "weight", "--logistic-share", "0.3"], ["200000", "31000"]),
    ("tokens", "20k", [], ["20000", "700"]),
    ("bytes", "50kB", ["--purity", "0.8"], ["50000"]),
  ])
  func `Shards in any order and grouping give the draw of one select`(
    unit: String, kept: String, options: [String], sizes: [String]
  ) throws {
    let ofWeighing = options.contains("--purity") ? [] : options
    let keep = ["--candidates", kept, "--budget", unit] + ofWeighing
    for shard in shards.reversed() { try weigh([shard], keep, to: "\(shard).kept") }
    let files = shards.map { "\($0).kept" }
    try Stages.run(["merge", files[3], files[1], "-o", "some"], in: directory)
    try Stages.run(["merge", files[2], "some", files[0], "-o", "all"], in: directory)
    try weigh(shards, keep, to: "one")
    #expect(try directory.read("one") == directory.read("all"))

    let choice = options.contains("--purity") ? options : []
    for size in sizes {
      let wanted = ["--\(unit)", size]
      let outputs = ["-o", "out", "--manifest", "m.json", "--force"]
      try Stages.run(
        ["select", "--target", Fixtures.wiki, "--pool"] + shards + Stages.buckets + options + wanted
          + outputs, in: directory)
      let (selected, manifest) = (try directory.read("out"), try directory.json("m.json"))
      #expect(!selected.isEmpty || size == "1")
      let resample = ["resample", "--pool"] + shards + outputs + ["--candidates"]
      try Stages.run(resample + files.shuffled() + wanted + choice, in: directory)
      #expect(try directory.read("out") == selected)
      let drawn = try directory.json("m.json")
      #expect(drawn.settings.size == manifest.settings.size)
      #expect(drawn.selected.shortfall.int == manifest.selected.shortfall.int)
      #expect(drawn.selected.tokens.int == manifest.selected.tokens.int)
      #expect(drawn.selected.all_eligible.bool == false)

      try Stages.run(
        ["resample", "--candidates", "all", "--picks", "picks", "--force"] + wanted + choice,
        in: directory)
      let parts = try shards.map {
        try Stages.run(["resample", "--candidates", "picks", "--pool", $0], in: directory)
      }
      #expect(parts.reduce(Data(), +) == selected)
      try Stages.run(resample + ["picks"], in: directory)
      let copied = try directory.json("m.json")
      #expect(copied.selected.by_logistic.int == manifest.selected.by_logistic.int)
      #expect(copied.selected.shortfall.int == manifest.selected.shortfall.int)
      #expect(copied.selected.all_eligible.bool == false)
    }
  }

  @Test func `A budget of more than there is selects everything, and says so`() throws {
    try weigh(shards, ["--candidates", "1G", "--budget", "tokens"], to: "kept")
    try Stages.run(["resample", "--candidates", "kept", "--picks", "picks"], in: directory)
    for file in ["kept", "picks"] {
      try Stages.run(
        ["resample", "--candidates", file, "--pool"] + shards
          + ["-o", "out", "--manifest", "m.json", "--force"], in: directory)
      #expect(try directory.json("m.json").selected.all_eligible.bool == true)
    }
  }

  @Test func `The version is 5 for tokens and bytes only, and settings differ by --budget`() throws
  {
    try weigh([shards[0]], ["--candidates", "500"], to: "a")
    try weigh([shards[1]], ["--candidates", "500", "--budget", "tokens"], to: "b")
    try weigh([shards[2]], ["--candidates", "500", "--budget", "documents"], to: "c")
    let heads = try ["a", "b", "c"].map { try JSON(#require(directory.read($0).rawLines.first)) }
    #expect(heads.map(\.format_version.int) == [2, 5, 2])
    #expect(heads[1].unit.string == "tokens" && heads[0].unit.isNull)
    let run = try Dsel.run(["merge", "a", "b", "-o", "all"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("kept with another --budget than those"), "\(run.errors)")
  }

  @Test func `A size in another unit, or a larger one, is an error whose advice helps`() throws {
    try weigh(shards, ["--candidates", "500", "--budget", "tokens"], to: "kept")
    func error(_ options: [String]) throws -> String {
      let run = try Dsel.run(
        ["resample", "--candidates", "kept", "--pool"] + shards + options, in: directory)
      #expect(run.status == 1)
      return run.errors
    }
    #expect(
      try error(["--count", "9"])
        == "--count is 9, but kept has candidates for draws of a number of tokens. Give --tokens "
        + "instead, or weigh again with --candidates 9, without --budget, and otherwise the same "
        + "options.\n")
    #expect(
      try error(["--tokens", "501"])
        == "--tokens is 501, but kept has candidates for draws of up to 500 tokens. Lower --tokens, "
        + "or weigh again with --candidates 501 --budget tokens, and otherwise the same options.\n")
    try weigh(shards, ["--candidates", "501", "--budget", "tokens"], to: "kept")
    try Stages.run(
      ["resample", "--candidates", "kept", "--tokens", "501", "--picks", "picks"], in: directory)
    let run = try Dsel.run(
      ["resample", "--candidates", "picks", "--bytes", "501", "--pool"] + shards, in: directory)
    #expect(
      run.errors
        == "--bytes is 501, but picks has 501 tokens that 'dsel resample --picks' chose. Leave "
        + "--bytes out, or choose again.\n")
  }

  /// Half of the documents that the pool's model counted are too short for the draw, so the others
  /// are larger than the model's are on average.
  @Test func `A set that needs more candidates than were kept is refused, and the advice helps`()
    throws
  {
    let lines = (0..<18_000).map { number in
      let words = String(repeating: "a b ", count: number % 2 == 0 ? 50 : 200)
      return "{\"text\":\"\(words)\(number)\"}\n"
    }
    try directory.write(Data(lines.joined().utf8), to: "pool.jsonl")
    try Stages.run(["fit", "pool.jsonl", "-o", "big.model"] + Stages.buckets, in: directory)
    let weigh = [
      "weigh", "--target-model", "wiki.model", "--pool-model", "big.model", "pool.jsonl", "--force",
      "--budget", "tokens", "--min-tokens", "200", "-o", "kept", "--candidates",
    ]
    try Stages.run(weigh + ["9k"], in: directory)
    let pick = ["resample", "--candidates", "kept", "--tokens", "9k", "--picks", "picks"]
    let run = try Dsel.run(pick, in: directory)
    // On average, documents have 251 tokens, and those of the draw 401. An eighth is added.
    #expect(
      run.errors
        == "kept: a set of 9,000 tokens is chosen among 4,010,000, and candidates of 2,823,750 were "
        + "kept. Weigh again with --candidates 1336667 --budget tokens and otherwise the same options, "
        + "and draw with --tokens 9000.\n")
    try Stages.run(weigh + ["1336667"], in: directory)
    try Stages.run(pick, in: directory)
  }

  @Test(arguments: [
    ("--candidates 10MB", "--candidates is a number of bytes. Add --budget bytes"),
    ("--candidates 1T --budget lines", "--budget"),
    ("--candidates 0 --budget tokens", "--candidates must be at least 1"),
    ("--budget tokens", "--budget needs --candidates"),
    ("--candidates-from k --budget tokens", "--budget can't be used with --candidates-from"),
  ])
  func `A wrong command line is refused`(options: String, message: String) throws {
    let pool = options.contains("from") ? [] : ["--pool-model", "pool.model"]
    let run = try Dsel.run(
      ["weigh", "--target-model", "wiki.model", shards[0]] + pool
        + options.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains(message), "\(run.errors)")
  }
}
