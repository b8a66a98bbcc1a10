import Foundation
import TestSupport
import Testing

/// Invalid lines under `--on-error skip`: counted by reason, printed, and kept on request.
@Suite struct SkippedLineTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var reason: String
    /// Physical lines, from 1.
    var lines: [Int]
    var testDescription: String { name }

    init(_ name: String, _ reason: String, _ lines: Int...) {
      self.name = name
      self.reason = reason
      self.lines = lines
    }
  }

  static let cases = [
    Case("not-json.jsonl", "not_json", 4), Case("nan.jsonl", "not_json", 2, 3),
    Case("blank-then-error.jsonl", "not_json", 5), Case("cut-last-line.jsonl", "not_json", 10),
    Case("lone-surrogates.jsonl", "not_json", 1, 2, 4), Case("deep-nesting.jsonl", "not_json", 2),
    Case("deep-unclosed.jsonl", "not_json", 2), Case("raw-nul-bytes.jsonl", "not_json", 2),
    Case("invalid-utf8.jsonl", "not_utf8", 2), Case("array-line.jsonl", "not_an_object", 3),
    Case("missing-text.jsonl", "missing_field", 3), Case("text-null.jsonl", "not_a_string", 2),
    Case("text-number.jsonl", "not_a_string", 2),
  ]

  @Test(arguments: cases)
  func `Invalid lines are left out, counted by reason, and kept`(expected: Case) throws {
    let run = try select([Fixtures.malformed(expected.name)], ["--rejects", "rejects.jsonl"])
    #expect(run.status == 0, "\(run.errors)")
    let (invalid, valid) = try split(expected)
    #expect(try directory.read("out.jsonl") == valid)
    #expect(try directory.read("rejects.jsonl") == invalid)
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(try counts(manifest.pool) == [expected.reason: expected.lines.count])
    #expect(try counts(manifest.target) == [:])
    #expect(manifest.settings.on_error.string == "skip")
    #expect(run.errors.contains("warning: "))
    #expect(run.errors.contains("\(expected.reason) \(expected.lines.count)"))
  }

  @Test(arguments: ["1", "7"])
  func `Rejected lines of many shards are in pool order`(threads: String) throws {
    let paths = Self.cases.map { Fixtures.malformed($0.name) }
    let run = try select(paths, ["--rejects", "rejects.jsonl", "--threads", threads])
    #expect(run.status == 0, "\(run.errors)")
    let rejects = try Self.cases.map { try split($0).invalid }.reduce(Data(), +)
    #expect(try directory.read("rejects.jsonl") == rejects)
    let skipped = try counts(directory.json("out.jsonl.manifest.json").pool)
    #expect(
      skipped == [
        "not_json": 11, "not_utf8": 1, "not_an_object": 1, "missing_field": 1, "not_a_string": 2,
      ])
  }

  @Test func `Rejected lines of a pipe are kept`() throws {
    let expected = Case("missing-text.jsonl", "missing_field", 3)
    let input = try Fixtures.read("malformed/missing-text.jsonl")
    let run = try select(["-"], ["--rejects", "rejects.jsonl.gz"], input: input)
    #expect(run.status == 0, "\(run.errors)")
    let rejects = try Containers.decompress(directory.path("rejects.jsonl.gz"), in: directory)
    #expect(rejects == (try split(expected).invalid))
  }

  @Test func `Invalid lines of the target are counted separately`() throws {
    try directory.write(
      Fixtures.read("wiki.jsonl") + Data("prose\n[]\n".utf8), to: "target.jsonl")
    let run = try Dsel.select(
      target: "target.jsonl",
      ["--on-error", "skip", "--rejects", "rejects.jsonl", "--output", "out.jsonl"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.target.documents.int == 60)
    #expect(try counts(manifest.target) == ["not_json": 1, "not_an_object": 1])
    #expect(try counts(manifest.pool) == [:])
    #expect(try directory.read("rejects.jsonl") == Data("prose\n[]\n".utf8))
  }

  @Test func `The selection doesn't depend on the invalid lines`() throws {
    var lines = try Fixtures.crawlText().rawLines
    lines.insert(Data("{\"text\": 7}".utf8), at: 700)
    lines.insert(Data("prose".utf8), at: 0)
    lines.append(Data("{\"text\": \"cut".utf8))
    try directory.write(lines.joinedLines, to: "pool.jsonl")
    let skipping = ["--count", "100", "--on-error", "skip"]
    let run = try Dsel.select(pool: ["pool.jsonl"], skipping, in: directory)
    #expect(run.output == (try Dsel.select(["--count", "100"], in: directory).output))
    #expect(run.output.rawLines.count == 100)
  }

  @Test func `A pool with only invalid lines is an error that counts them`() throws {
    let path = Fixtures.malformed("single-quotes.jsonl")
    let run = try select([path], ["--rejects", "rejects.jsonl"])
    #expect(run.status == 1)
    #expect(run.errors.contains("1 of 1 lines are invalid (not_json 1)"), "\(run.errors)")
    #expect(directory.names == [])
    let all = try select([path], ["--rejects", "rejects.jsonl", "--max-skipped", "100%"])
    #expect(all.status == 1)
    #expect(all.errors.contains("the pool is empty") && all.errors.contains("1 invalid line"))
    #expect(directory.names == [])
  }

  @Test(arguments: ["zst-truncated.jsonl.zst", "gz-bad-crc.jsonl.gz", "zst-bitflip.jsonl.zst"])
  func `A damaged container is an error even with --on-error skip`(name: String) throws {
    let pool = [Fixtures.crawl, Fixtures.malformed(name)]
    let run = try select(pool, ["--rejects", "rejects.jsonl"])
    #expect(run.status == 1)
    #expect(run.errors.contains(name))
    #expect(directory.names == [])
  }

  @Test func `Existing rejects are kept unless --force is given`() throws {
    try directory.write("older\n", to: "rejects.jsonl")
    let path = Fixtures.malformed("not-json.jsonl")
    let refused = try select([path], ["--rejects", "rejects.jsonl"])
    #expect(refused.status == 1)
    #expect(directory.names == ["rejects.jsonl"])
    #expect(try directory.read("rejects.jsonl") == Data("older\n".utf8))
    #expect(try select([path], ["--rejects", "rejects.jsonl", "--force"]).status == 0)
    #expect(try directory.read("rejects.jsonl") != Data("older\n".utf8))
  }

  private func select(
    _ pool: [String], _ options: [String], input: Data? = nil
  ) throws -> Dsel.Result {
    let everything = ["--count", "1000000", "--min-tokens", "0", "--duplicates", "keep"]
    return try Dsel.select(
      pool: pool, everything + ["--on-error", "skip", "--output", "out.jsonl"] + options,
      input: input, in: directory)
  }

  /// The reasons that occurred.
  private func counts(_ side: JSON) throws -> [String: Int] {
    side.skipped_lines.counts.filter { $0.value > 0 }
  }

  /// The invalid lines of a fixture, and the others without blank ones.
  private func split(_ expected: Case) throws -> (invalid: Data, valid: Data) {
    let lines = try Fixtures.read("malformed/\(expected.name)").rawLines.enumerated()
    let invalid = lines.filter { expected.lines.contains($0.offset + 1) }.map(\.element)
    let valid = lines.filter { !expected.lines.contains($0.offset + 1) }.map(\.element)
      .filter { line in !line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
    return (invalid.joinedLines, valid.joinedLines)
  }
}
