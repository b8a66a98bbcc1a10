import Foundation
import TestSupport
import Testing

/// `resample --field … --between …`.
///
/// An independent implementation gives what is expected: in Python,
/// `Fixtures/golden/method/windows.py`.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct FieldWindowTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// One of the runs in windows.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var arguments: [String] { json.arguments.elements.compactMap(\.string) }
    var testDescription: String { arguments.joined(separator: " ") }
  }

  private static func golden() throws -> JSON {
    try JSON(Fixtures.read("golden/method/windows.json"))
  }

  static func expected() throws -> [Expected] {
    try golden().runs.elements.map { Expected(json: $0) }
  }

  /// The documents in three shards, with all digits of their numbers.
  private func writePool() throws -> [String] {
    let lines = try Program.run(
      "/usr/bin/env",
      [
        "python3", "-c",
        "import json, sys\nfor d in json.load(open(sys.argv[1]))['documents']: print(json.dumps(d))",
        Fixtures.path("golden/method/windows.json"),
      ], in: directory
    ).lines
    try #require(lines.count == 80)
    return try (0..<3).map { shard in
      let part = lines[lines.count * shard / 3..<lines.count * (shard + 1) / 3]
      try directory.write(part.joined(separator: "\n") + "\n", to: "\(shard).jsonl")
      return "\(shard).jsonl"
    }
  }

  private func resample(_ options: [String]) throws -> (status: Int32, output: Data, errors: String)
  {
    let run = try Dsel.run(
      ["resample", "--manifest", "m.json", "--force"] + options, in: directory)
    return (run.status, run.output, run.errors)
  }

  @Test(arguments: try expected())
  func `Only documents in the ranges are drawn, as the oracle draws them`(
    expected: Expected
  ) throws {
    let pool = try writePool()
    for options in [["-v"], ["--threads", "1", "-v"]] {
      let run = try resample(pool + expected.arguments + options)
      try #require(run.status == 0, "\(run.errors)")
      #expect(try run.output.jsonLines().map(\.id) == expected.json.drawn.elements)
      let manifest = try directory.json("m.json")
      #expect(manifest.eligible_documents == expected.json.eligible)
      #expect(manifest.outside_between == expected.json.outside)
      #expect(manifest.documents.int == 80)
      #expect(manifest.under_min_tokens.int == 0)
      let outside = expected.json.outside.int ?? 0
      #expect(run.errors.contains("; \(outside) outside --between\n"), "\(run.errors)")
      let isShort = manifest.selected.all_eligible.bool == true
      #expect(
        run.errors.contains("--between and can't be selected. To include them, widen the range.")
          == isShort, "\(run.errors)")
    }
  }

  @Test func `The manifest has the ranges, and commas separate them`() throws {
    let pool = try writePool()
    let draw = pool + ["--field", "a", "--count", "5"]
    let one = try resample(draw + ["--between", "a=-1:3,b=:40"])
    let manifest = try directory.json("m.json")
    #expect(one.status == 0)
    let ranges = manifest.settings.between.elements
    #expect(ranges.map(\.field.string) == ["a", "b"])
    #expect(ranges.map(\.lowest.number) == [-1, nil] && ranges.map(\.highest.number) == [3, 40])
    let other = try resample(draw + ["--between", "b=:40", "--between=a=-1:3"])
    #expect(other.output == one.output && !one.output.isEmpty)
    _ = try resample(draw)
    #expect(try directory.json("m.json").settings.between.isNull)
    #expect(try directory.json("m.json").outside_between.isNull)
  }

  @Test func `A temperature is found for the documents in the ranges`() throws {
    let pool = try writePool()
    let options = ["--field", "b=1", "--count", "10", "--temperature", "auto"]
    let run = try resample(pool + options + ["--between", "b=:60"])
    #expect(run.status == 0)
    let temperature = try #require(try directory.json("m.json").settings.temperature.number)
    // The same as that of a pool without the other documents.
    let inside = try pool.flatMap { try directory.read($0).rawLines }
      .filter { try (JSON($0).b.number ?? 99) <= 60 }
    try directory.write(inside.joinedLines, to: "inside.jsonl")
    let alone = try resample(["inside.jsonl"] + options)
    #expect(try directory.json("m.json").settings.temperature.number == temperature)
    #expect(alone.output == run.output)
  }

  @Test(arguments: ["\"x\": 1", "\"b\": \"1\"", "\"b\": null"])
  func `A line without a number in a range's field is invalid`(member: String) throws {
    let lines = (0..<9).map { "{\"text\":\"good \($0)\",\"a\":\($0),\"b\":1}" }
    try directory.write(
      (lines + ["{\"text\":\"bad\",\"a\":1,\(member)}"]).joined(separator: "\n") + "\n",
      to: "pool.jsonl")
    let draw = ["pool.jsonl", "--field", "a", "--between", "b=0:2", "--count", "20"]
    let refused = try resample(draw)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("pool.jsonl:10: the field \"b\" is"), "\(refused.errors)")
    let skipped = try resample(draw + ["--on-error", "skip"])
    #expect(skipped.status == 0 && skipped.output.lines == lines)
    #expect(try directory.json("m.json").skipped_lines.counts == ["not_a_number": 1])
  }

  @Test(arguments: [
    ("b", "--between 'b' is not a range. Write it like loss=1.5:3, loss=1.5: or loss=:3."),
    ("b=1", "--between 'b=1' is not a range."), ("b=:", "--between 'b=:' is not a range."),
    ("b=1:2:3", "--between 'b=1:2:3' is not a range."),
    ("b=3:1", "--between 'b=3:1': no number is at least 3 and at most 1."),
    ("b=x:1", "--between 'b=x:1': 'x' is not a number."),
    ("b..c=1:2", "--between"),
  ])
  func `What is no range is refused`(range: String, message: String) throws {
    let run = try Dsel.run(
      ["resample", "p", "--field", "a", "--between", range], in: directory)
    #expect(run.status == 64 && run.errors.contains(message), "\(run.errors)")
  }

  @Test(arguments: [["--weights", "w"], ["--candidates", "c"]])
  func `Ranges need the numbers of the lines`(source: [String]) throws {
    let run = try Dsel.run(
      ["resample", "--pool", "p", "--between", "b=1:2"] + source, in: directory)
    #expect(run.status == 64 && run.errors.contains("--between needs --field"), "\(run.errors)")
  }
}
