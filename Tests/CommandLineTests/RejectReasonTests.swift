import Foundation
import TestSupport
import Testing

/// `FILE.reasons.jsonl` beside `--rejects FILE` has the place of each skipped line, and the reason.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct RejectReasonTests {
  private let directory: TemporaryDirectory

  /// Lines that aren't documents, and their reasons; `\u{E9}` is a byte of Latin-1.
  private static let invalid: [(line: Data, record: String)] = [
    (
      Data("{\"text\": x}".utf8),
      #""reason":"not_json","column":10,"detail":"a value is expected""#
    ),
    (
      Data("{\"text\": \"caf".utf8) + [0xE9] + Data("\"}".utf8), #""reason":"not_utf8","column":14"#
    ),
    (Data("[1]".utf8), #""reason":"not_an_object","found":"an array""#),
    (Data("{\"body\": \"\"}".utf8), #""reason":"missing_field","field":"text""#),
    (Data("{\"text\": 7}".utf8), #""reason":"not_a_string","field":"text","found":"a number""#),
  ]

  init() throws {
    directory = try TemporaryDirectory()
    var lines: [Data] = []
    for (number, invalid) in Self.invalid.enumerated() {
      lines += [Data("{\"text\": \"document \(number)\"}".utf8), Data(), invalid.line]
    }
    try directory.write(lines.joinedLines, to: "a b\"c.jsonl")
  }

  /// The expected records: each third line is invalid.
  private func expected(file: String) throws -> [String] {
    let lines = try directory.read("a b\"c.jsonl").rawLines
    var offset = 0
    var records: [String] = []
    for (number, line) in lines.enumerated() {
      if number % 3 == 2 {
        records.append(
          "{\"file\":\(file),\"line\":\(number + 1),\"offset\":\(offset),\"bytes\":\(line.count),"
            + Self.invalid[number / 3].record + "}")
      }
      offset += line.count + 1
    }
    return records
  }

  @Test(arguments: ["fit", "select", "weigh"])
  func `Each skipped line has a record with file, line, place and reason`(command: String) throws {
    let file = "a b\"c.jsonl"
    let inputs =
      switch command {
      case "fit": ["fit", file, "--min-tokens", "0"]
      case "select": ["select", "--target", Fixtures.wiki, "--pool", file, "--min-tokens", "0"]
      default: try ["weigh", file] + Stages.modelOptions()
      }
    let run = try Dsel.run(
      inputs + ["--on-error", "skip", "--quiet", "-o", "out", "--rejects", "bad.jsonl"],
      in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try directory.read("bad.jsonl").rawLines == Self.invalid.map(\.line))
    #expect(
      try directory.read("bad.jsonl.reasons.jsonl").lines
        == expected(file: "\"a b\\\"c.jsonl\""))
  }

  @Test func `Lines have numbers with several threads, in a pipe and in compressed files`() throws {
    // A few MB, for several chunks.
    let good = (0..<40_000).map { "{\"text\": \"document \($0) of a long file of such lines\"}" }
    var lines = good
    let places = [0, 1, 9_999, 20_000, 39_000, 40_004]
    for place in places { lines.insert("{", at: place) }
    let text = Data((lines.joined(separator: "\n") + "\n").utf8)
    try directory.write(Containers.zstd(text, in: directory), to: "p.zst")
    for (file, input, name) in [("p.zst", nil, "p.zst"), ("-", text, "standard input")] {
      let run = try Dsel.run(
        ["fit", file, "-o", "m", "--force", "--rejects", "bad.gz", "--on-error", "skip"]
          + ["--threads", "3", "--buckets", "16"], input: input, in: directory)
      #expect(run.status == 0, "\(run.errors)")
      let records = try directory.read("bad.gz.reasons.jsonl").jsonLines()
      #expect(records.map(\.line.int) == places.map { $0 + 1 })
      #expect(records.allSatisfy { $0.file.string == name })
      let bytes = [UInt8](text)
      #expect(records.allSatisfy { bytes[$0.offset.int ?? 0] == UInt8(ascii: "{") })
      #expect(records.allSatisfy { $0.bytes.int == 1 && $0.reason.string == "not_json" })
    }
  }

  @Test func `Wrong numbers are reported with their place`() throws {
    try directory.write(
      "{\"text\":\"a\",\"q\":1}\n{\"text\":\"b\",\"q\":\"x\"}\n{\"text\":\"c\"}\n", to: "q.jsonl")
    try Stages.run(
      ["resample", "q.jsonl", "--field", "q", "--count", "1", "-o", "out", "--rejects", "bad"]
        + ["--on-error", "skip"], in: directory)
    #expect(
      try directory.read("bad.reasons.jsonl").lines == [
        #"{"file":"q.jsonl","line":2,"offset":19,"bytes":20,"reason":"not_a_number","field":"q","found":"a string"}"#,
        #"{"file":"q.jsonl","line":3,"offset":40,"bytes":12,"reason":"not_a_number","field":"q","found":"missing"}"#,
      ])
  }

  @Test
  func `Existing reasons are kept without --force, and then no output appears`()
    throws
  {
    try directory.write("older\n", to: "bad.reasons.jsonl")
    let fit = ["fit", "a b\"c.jsonl", "-o", "m", "--rejects", "bad", "--on-error", "skip"]
    let refused = try Dsel.run(fit, in: directory)
    #expect(refused.status == 1)
    #expect(refused.errors.contains("bad.reasons.jsonl: the file exists. Add --force"))
    #expect(directory.names == ["a b\"c.jsonl", "bad.reasons.jsonl"])
    #expect(try Dsel.run(fit + ["--force"], in: directory).status == 0)
    #expect(try directory.read("bad.reasons.jsonl").rawLines.count == 5)
    // The reasons' file can't be that of another output.
    let same = try Dsel.run(
      ["fit", "a b\"c.jsonl", "-o", "bad.reasons.jsonl", "--rejects", "bad", "--force"]
        + ["--on-error", "skip"], in: directory)
    #expect(same.status == 1)
    #expect(same.errors.contains("two outputs would be the same file"))
  }

  @Test func `/dev/null takes the rejects, and no reasons appear beside it`() throws {
    try Stages.run(
      ["fit", "a b\"c.jsonl", "-o", "m", "--rejects", "/dev/null", "--on-error", "skip"],
      in: directory)
    #expect(!FileManager.default.fileExists(atPath: "/dev/null.reasons.jsonl"))
  }
}
