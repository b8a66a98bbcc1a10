import Foundation
import TestSupport
import Testing

/// `dsel resample --picks`: a choice that shards copy from.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct PickTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try Stages.run(
      ["weigh", Fixtures.crawl, "--candidates", "60", "-o", "set"] + Stages.modelOptions(),
      in: directory)
    try Stages.run(
      ["weigh", Fixtures.crawl, "--candidates", "60", "-o", "weight", "--objective", "weight"]
        + Stages.modelOptions(), in: directory)
  }

  private func error(_ arguments: [String], status: Int32) throws -> String {
    let run = try Dsel.run(["resample", "--candidates"] + arguments, in: directory)
    #expect(run.status == status)
    return run.errors
  }

  @Test(arguments: [("set", ["--purity", "0.5", "--noise", "0.1"]), ("weight", [])])
  func `Copying picks gives what choosing anew gives`(kind: String, options: [String]) throws {
    let draw = ["resample", "--candidates", kind, "--count", "40"] + options
    try Stages.run(draw + ["--picks", "picks.zst"], in: directory)
    let copied = try Stages.run(
      ["resample", "--candidates", "picks.zst", "--pool", Fixtures.crawl, "--manifest", "copied"],
      in: directory)
    let direct = try Stages.run(
      draw + ["--pool", Fixtures.crawl, "--manifest", "direct"], in: directory)
    #expect(copied == direct && copied.rawLines.count == 40)
    let objectives = try ["copied", "direct"].map {
      try JSON(directory.read($0)).settings.objective
    }
    #expect(objectives[0].name.string == kind && objectives[1].name.string == kind)
    #expect(objectives[0].purity.number == objectives[1].purity.number)
    // All are selected, though fewer than the candidates were kept for.
    #expect(try JSON(directory.read("copied")).settings.size.documents.int == 40)
  }

  @Test func `A choice is used as it is`() throws {
    try Stages.run(["resample", "--candidates", "set", "--picks", "picks"], in: directory)
    #expect(
      try error(["picks", "--count", "30", "--pool", Fixtures.crawl], status: 1)
        == "--count is 30, but picks has 60 documents that 'dsel resample --picks' chose. Leave "
        + "--count out, or choose again.\n")
    #expect(
      try error(["picks", "--purity", "0.1", "--pool", Fixtures.crawl], status: 1)
        == "--purity, --noise and --base choose a set, but picks has documents that were chosen "
        + "already, or candidates of a draw by weight. Leave these options out.\n")
    #expect(
      try error(["picks", "set", "--pool", Fixtures.crawl], status: 1)
        .contains("Give that file alone"))
    #expect(
      try error(["weight", "--noise", "0.1", "--pool", Fixtures.crawl], status: 1)
        .contains("candidates of a draw by weight"))
  }

  @Test(arguments: [
    ["--pool", "p"], ["-o", "x"], ["--output-dir", "x"], ["--remainder", "x"], ["--shuffle"],
    ["--annotate"], ["--manifest", "x"],
  ])
  func `Picks have no documents`(options: [String]) throws {
    let errors = try error(["set", "--picks", "picks"] + options, status: 64)
    #expect(errors.contains("can't be used with --picks"), "\(errors)")
    #expect(!FileManager.default.fileExists(atPath: directory.path("picks")))
  }

  @Test func `Candidates of the two objectives don't merge`() throws {
    let run = try Dsel.run(["merge", "set", "weight", "-o", "all"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("kept with another --objective"), "\(run.errors)")
  }

  @Test func `More n-grams of the target than its tokens can have are an error`() throws {
    let text = String(decoding: try directory.read("set"), as: UTF8.self)
    let tokens = try #require(text.firstMatch(of: /"target_tokens":(\d+)/))
    for count in ["0", "10"] {
      try directory.write(
        text.replacingCharacters(in: tokens.1.startIndex..<tokens.1.endIndex, with: count),
        to: "few")
      #expect(
        try error(["few", "--count", "20", "--pool", Fixtures.crawl], status: 1)
          .contains("\"target_counts\" has an impossible"))
    }
  }

  @Test func `Damaged features are an error, and name the file`() throws {
    let text = String(decoding: try directory.read("set"), as: UTF8.self)
    for (name, damaged) in [
      // Base64 of one zero byte: rank 0 twice can't follow one another.
      ("repeated", "AgAA"), ("letters", "????"),
    ] {
      let start = try #require(text.range(of: "\"features\":\""))
      let end = try #require(text.range(of: "\"", range: start.upperBound..<text.endIndex))
      try directory.write(
        text.replacingCharacters(in: start.upperBound..<end.lowerBound, with: damaged), to: name)
      let run = try Dsel.run(
        ["resample", "--candidates", name, "--count", "20", "--pool", Fixtures.crawl],
        in: directory)
      #expect(run.status == 1)
      #expect(run.errors.hasPrefix("\(name): "), "\(run.errors)")
      #expect(run.errors.contains("features"), "\(run.errors)")
    }
  }
}
