import Foundation
import TestSupport
import Testing

/// `--max-skipped`, and the reports on skipped lines: per file, with reasons.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct SkipLimitTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes a file with a number of lines, the last ones of which are invalid.
  private func write(_ count: Int, invalid: Int, to name: String) throws {
    let good = (0..<(count - invalid)).map { "{\"text\": \"a b\", \"q\": \($0)}\n" }
    try directory.write(
      good.joined() + String(repeating: "{\"q\": 0}\n", count: invalid), to: name)
  }

  private func fit(_ options: [String], _ files: [String] = ["x"]) throws -> Dsel.Result {
    try Dsel.run(
      ["fit", "--buckets", "16", "-o", "out", "--force", "--on-error", "skip"] + options + files,
      in: directory)
  }

  /// Number of lines, number of invalid ones, the limit, and whether the limit allows them.
  @Test(arguments: [
    (100, 10, nil, true), (100, 11, nil, false), (1100, 11, nil, true), (1101, 12, nil, false),
    (2000, 20, nil, true), (2000, 21, nil, false), (11, 10, nil, true), (10, 10, nil, false),
    (100, 29, "29%", true), (100, 30, "29%", false), (1000, 29, "2.9%", true),
    (1000, 30, "2.9%", false), (100, 5, "5", true), (100, 6, "5", false), (100, 100, "100%", true),
    (100, 1, "0%", false), (100, 1, "0", false), (2000, 100, "5%,7", true),
    (100, 7, "5%,7", true), (100, 8, "5%,7", false), (100, 8, "7,8%", true),
    (1500, 1200, "1.2k", true),
  ])
  func `The limit is the largest number of lines that are skipped`(
    lines: Int, invalid: Int, limit: String?, isAllowed: Bool
  ) throws {
    try write(lines, invalid: invalid, to: "x")
    let run = try fit((limit.map { ["--max-skipped", $0] } ?? []) + ["--quiet"])
    #expect(run.status == (isAllowed ? 0 : 1), "\(run.errors)")
    #expect(directory.exists("out") == isAllowed)
  }

  @Test(arguments: [
    "5%,6%", "5,6", "-1", "101%", "5 %", "%", "", "1,000,5%", "0.00001%", "x", "5%,", "1..2%",
  ])
  func `An impossible limit is refused by name`(limit: String) throws {
    let run = try fit(["--max-skipped=\(limit)"])
    #expect(run.status == 64)
    #expect(run.errors.contains("--max-skipped"))
  }

  @Test func `A limit requires --on-error skip`() throws {
    let run = try Dsel.run(["fit", "x", "--max-skipped", "5%"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("--max-skipped needs --on-error skip"))
  }

  @Test(arguments: ["1", "4"])
  func `The first file beyond the limit is named, with numbers, reasons and advice`(
    threads: String
  ) throws {
    try write(60_000, invalid: 5, to: "fine")
    try write(3000, invalid: 40, to: "bad")
    try directory.write(directory.read("bad") + Data("prose\n".utf8), to: "bad")
    try write(100, invalid: 90, to: "worse")
    let run = try fit(["--threads", threads], ["fine", "bad", "worse"])
    #expect(run.status == 1)
    #expect(
      run.errors == """
        bad: 41 of 3,001 lines are invalid (missing_field 40, not_json 1), more than \
        --max-skipped 1%,10 allows. Use --on-error fail to see the first. Then fix the file or the \
        option that is wrong, or raise --max-skipped (100% allows any number).

        """)
    // Following the advice works.
    let first = try Dsel.run(["fit", "bad"], in: directory)
    #expect(first.errors.hasPrefix("bad:2961: the field \"text\" is missing. The line has: q."))
    #expect(try fit(["--max-skipped", "100%"], ["fine", "bad", "worse"]).status == 0)
  }

  /// Each command that reads documents; `F` is the file whose lines are counted.
  @Test(arguments: [
    "fit F -o out", "select --min-tokens 0 --target F --pool good -o out",
    "select --min-tokens 0 --target good --pool F -o out",
    "weigh F --target-model m --pool-model m -o out", "resample --field q F -o out",
    "weigh F --target-model m --pool-model m --candidates 5 -o out", "fit F --work-dir work -o out",
    "compare --target F --selected good", "compare --target good --selected F",
    "compare --target good --selected good --heldout F",
    "compare --target good --selected good --heldout good --beside F",
    "compare --target good --selected good --pool F", "explain --target F --pool good good",
    "explain --target good --pool F good", "explain --target good --pool good F",
    "explain --target-model m --pool-model m --target F",
  ])
  func `Every command applies the limit to each file, and names files with skipped lines`(
    command: String
  ) throws {
    try write(40, invalid: 0, to: "good")
    try write(60, invalid: 11, to: "F")
    try Stages.run(
      ["fit", "good", "-o", "m", "--buckets", "16", "--min-tokens", "0"], in: directory)
    var arguments = command.split(separator: " ").map(String.init) + ["--on-error", "skip"]
    if command.hasPrefix("fit") || command.hasPrefix("select")
      || command.hasPrefix("explain --target ")
    {
      arguments += ["--buckets", "16"]
    }
    for _ in 0..<2 {
      let refused = try Dsel.run(arguments, in: directory)
      #expect(refused.status == 1, "\(refused.errors)")
      #expect(refused.errors.contains("F: 11 of 60 lines are invalid (missing_field 11)"))
      #expect(!directory.exists("out") && refused.output.isEmpty)
      // The limit also applies to a result in a work directory.
      guard command.contains("work-dir") else { break }
      let others = arguments.map { $0 == "out" ? "other" : $0 }
      try Stages.run(others + ["--max-skipped", "11", "--force"], in: directory)
    }
    let run = try Dsel.run(arguments + ["--max-skipped", "11"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("warning: 11 invalid lines of the "), "\(run.errors)")
    #expect(run.errors.contains(" were skipped (missing_field 11), in F."))
  }

  @Test func `The limit applies to invalid lines of weights`() throws {
    try write(60, invalid: 0, to: "pool")
    try Stages.run(["fit", "pool", "-o", "m", "--min-tokens", "0"] + Stages.buckets, in: directory)
    try Stages.run(
      ["weigh", "pool", "--target-model", "m", "--pool-model", "m", "-o", "w"], in: directory)
    try directory.write(
      directory.read("w") + Data(String(repeating: "{}\n", count: 11).utf8), to: "w")
    let draw = ["resample", "--weights", "w", "--pool", "pool", "--count", "5", "-o", "out"]
    let run = try Dsel.run(draw + ["--on-error", "skip"], in: directory)
    #expect(run.status == 1 && run.errors.contains("w: 11 of 71 lines are invalid"))
    let allowed = try Dsel.run(
      draw + ["--on-error", "skip", "--max-skipped", "20%", "--min-tokens", "0"], in: directory)
    #expect(allowed.status == 0, "\(allowed.errors)")
    #expect(
      try directory.json("out.manifest.json").inputs[0].skipped_lines.counts == [
        "missing_field": 11
      ])
  }

  @Test func `The manifest and the warning count per file`() throws {
    for (number, invalid) in [0, 3, 1, 2, 1, 1, 1, 4].enumerated() {
      try write(20, invalid: invalid, to: "f\(number)")
    }
    let pool = (0..<8).map { "f\($0)" }
    let run = try Dsel.select(
      pool: pool,
      ["--on-error", "skip", "--min-tokens", "0", "--quiet", "--duplicates", "keep", "-o", "out"],
      in: directory)
    #expect(run.status == 0)
    #expect(
      run.errors.contains(
        "warning: 13 invalid lines of the pool were skipped (missing_field 13), in f1 (3), f2 (1), f3 (2), f4 (1), "
          + "f5 (1), 2 more files.\n"), "\(run.errors)")
    let inputs = try directory.json("out.manifest.json").pool.inputs.elements
    #expect(inputs.map(\.skipped_lines.counts["missing_field"]) == [nil, 3, 1, 2, 1, 1, 1, 4])
    #expect(inputs[0].skipped_lines.isNull)
    let drawn = try Stages.run(
      ["resample", "--field", "q", "--json", "-o", "drawn", "--on-error", "skip"] + pool,
      in: directory
    )
    let files = try JSON(drawn).pool.elements
    #expect(files.map(\.skipped_lines.counts["missing_field"]) == [nil, 3, 1, 2, 1, 1, 1, 4])
    #expect(files.map(\.documents.int) == [20, 17, 19, 18, 19, 19, 19, 16])
  }
}
