import Foundation
import TestSupport
import Testing

/// Files, numbers and names in the wrong place: each is reported for what it is.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct WrongPlaceTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func expectError(
    _ arguments: [String], _ status: Int32, _ fragment: String
  ) throws {
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.contains(fragment), "\(run.errors)")
  }

  private func weigh(_ name: String, _ pool: String, _ options: [String]) throws {
    try Stages.run(
      ["weigh", pool, "-o", name] + Stages.modelOptions() + options, in: directory)
  }

  @Test func `dsel's own files are recognised where documents or weights are expected`() throws {
    let models = try Stages.modelOptions()
    try weigh("c.zst", Fixtures.crawl, ["--candidates", "5"])
    try expectError(
      ["resample", "--weights", "c.zst", "--pool", Fixtures.crawl], 1,
      "candidates from dsel within zstd, where documents or their weights are expected. Draw from them with "
        + "'dsel resample --candidates'.")
    try expectError(["fit", models[1], "-o", "m"], 1, "a model from dsel, where documents")
    try expectError(
      ["select", "--target", models[1], "--pool", Fixtures.crawl, "--on-error", "skip"], 1,
      "a model from dsel, where documents")
    // Following the advice works.
    let drawn = try Stages.run(
      ["resample", "--candidates", "c.zst", "--pool", Fixtures.crawl], in: directory)
    #expect(drawn.lines.count == 5)
  }

  @Test func `Weights of several estimators can't be drawn from together`() throws {
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(Array(lines[..<200]).joinedLines, to: "a.jsonl")
    try directory.write(Array(lines[200..<400]).joinedLines, to: "b.jsonl")
    try weigh("a.w", "a.jsonl", [])
    try weigh("b.w", "b.jsonl", ["--estimator", "shrunk"])
    for files in [["a.w", "b.w"], ["b.w", "a.w"]] {
      try expectError(
        ["resample", "--weights"] + files + ["--pool", "a.jsonl", "b.jsonl", "--count", "9"], 1,
        "a.w: the lines have log_odds, but those of b.w don't")
    }
    try expectError(
      ["resample", "--weights", "b.w", "--pool", "b.jsonl", "--logistic-share", "0.5"], 1,
      "b.w: the lines have no log_odds, which --logistic-share needs.")
    try Stages.run(
      ["resample", "--weights", "b.w", "--pool", "b.jsonl", "--logistic-share", "0"], in: directory)
  }

  @Test func `Lines skipped during weighing can be skipped in the remainder on request`() throws {
    let lines = try Fixtures.crawlText().rawLines
    try directory.write((lines[..<40] + [Data("{".utf8)]).map { $0 }.joinedLines, to: "a.jsonl")
    try weigh("c", "a.jsonl", ["--candidates", "5", "--on-error", "skip"])
    let draw = ["resample", "--candidates", "c", "--pool", "a.jsonl", "--allow-missing"]
    let rest = ["-o", "out", "--remainder", "rest"]
    try expectError(
      draw + rest, 1, "a.jsonl: the file has invalid lines, which were skipped when it")
    try Stages.run(draw + rest + ["--on-error", "skip"], in: directory)
    #expect(try directory.read("rest").rawLines.count == 35)
  }

  @Test func `A pool that the model didn't count is reported`() throws {
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(Array(lines[..<100]).joinedLines, to: "part.jsonl")
    try Stages.run(["fit", "part.jsonl", "-o", "part.model"] + Stages.buckets, in: directory)
    let target = try Stages.modelOptions()[..<2]
    try Stages.run(
      ["weigh", Fixtures.crawl, "--candidates", "5", "-o", "c", "--pool-model", "part.model"]
        + target, in: directory)
    let run = try Dsel.run(
      ["resample", "--candidates", "c", "--pool", Fixtures.crawl, "-o", "out"], in: directory)
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "warning: the pool's model didn't count 1,260 documents of the candidates"), "\(run.errors)"
    )
    let manifest = try directory.json("out.manifest.json")
    #expect(manifest.uncounted_documents.int == 1260 && manifest.missing_documents.int == 0)
  }

  @Test func `A count with a point, and other names for the count, are reported`() throws {
    try expectError(
      ["select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, "--count", "1.000"], 64,
      "a point can mean thousands or decimals. Write 1000 or 1k for a thousand, and 1 for one.")
    for name in ["--n", "--k", "--num", "--limit"] {
      try expectError(
        ["select", "--target", Fixtures.wiki, "--pool", Fixtures.crawl, name, "5"], 64,
        "Did you mean --count?")
    }
  }

  @Test func `A share after a blank is reported`() throws {
    try expectError(
      ["select", "--target", "a=x", "b=y", "--share", "a=0.7", "b=0.3", "--pool", "p"], 64,
      "'b=0.3' is not a file, but looks like a share. --share takes one word. Write --share a=0.7,b=0.3."
    )
    try expectError(
      ["resample", "p", "--field", "q", "--stratify", "d", "--mixture", "a=0.7", "b=30%"], 64,
      "--mixture takes one word. Write --mixture a=0.7,b=30%.")
  }

  @Test func `A stratum with too few documents leads to advice that helps`() throws {
    let options =
      Stages.buckets + [
        "--count", "60", "--stratify", "domain", "--mixture", "saga=0.5",
      ]
    let short = try Dsel.select(options + ["-o", "out"], in: directory)
    #expect(
      short.errors.contains("short of 30. Add --fill to draw them from the other values."),
      "\(short.errors)")
    let filled = try Dsel.select(options + ["-o", "out", "--force", "--fill"], in: directory)
    #expect(!filled.errors.contains("short of"))
  }

  @Test(arguments: [["--annotate-with", "rank"], ["--order", "weight"]])
  func `Candidates have no log weights, with picks or without`(options: [String]) throws {
    for output in [["--picks", "p"], ["--pool", "pool", "-o", "out"]] {
      let run = try Dsel.run(
        ["resample", "--candidates", "c"] + output + options, in: try TemporaryDirectory())
      #expect(run.status == 64)
      #expect(run.errors.contains("Draw by --weights, or leave"), "\(run.errors)")
    }
  }

  @Test func `Weigh says if no document has the field of strata`() throws {
    let directory = try TemporaryDirectory()
    let weigh =
      try ["weigh", Fixtures.crawl, "--candidates", "9", "-o", "kept", "--force"]
      + Stages.modelOptions()
    let run = try Dsel.run(weigh + ["--stratify", "domains"], in: directory)
    #expect(run.status == 0)
    #expect(
      run.errors.contains("no document has the field \"domains\" of --stratify."), "\(run.errors)")
    #expect(
      try !Dsel.run(weigh + ["--stratify", "domain"], in: directory).errors.contains("no document"))
  }
}
