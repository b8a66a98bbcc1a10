import Foundation
import TestSupport
import Testing

/// Every file of `Fixtures/malformed` as the pool.
///
/// An accepted file passes through unchanged. A refused file gets a message that names the place,
/// and no output remains.
@Suite struct MalformedInputTests {
  private let directory: TemporaryDirectory
  private static let everything = ["--count", "1000000", "--min-tokens", "0"]

  init() throws { directory = try TemporaryDirectory() }

  @Test func `Every malformed fixture has an expectation`() throws {
    let directory = Fixtures.path("malformed")
    let files = try FileManager.default.contentsOfDirectory(atPath: directory)
    let expected =
      MalformedCases.accepted.map(\.name) + MalformedCases.refused.map(\.name) + ["bomb.jsonl.zst"]
    #expect(Set(files.filter { $0 != "README.md" }) == Set(expected))
  }

  @Test(arguments: MalformedCases.accepted)
  func `Unusual but valid files are read whole`(expected: MalformedCases.Accepted) throws {
    let run = try select(expected.name)
    #expect(run.status == 0, "\(run.errors)")
    let manifest = try directory.json("out.jsonl.manifest.json")
    #expect(manifest.pool.documents.int == expected.documents)
    #expect(manifest.pool.skipped_lines.counts.values.allSatisfy { $0 == 0 })
    let selected = manifest.selected
    let copies = try #require(selected.dropped_copies.int)
    #expect(selected.documents.int == expected.documents - copies)
    #expect(try directory.read("out.jsonl").rawLines.count == selected.documents.int)
    for name in ["effective_sample_size", "kl_target_selected"] {
      #expect(manifest[name].number?.isFinite == true, "\(name)")
    }
    if let twin = expected.sameAs {
      #expect(try directory.read("out.jsonl") == Fixtures.read("malformed/\(twin)"))
    }
  }

  @Test(arguments: MalformedCases.accepted.filter { !$0.isCompressed })
  func `The lines of unusual files pass through unchanged`(expected: MalformedCases.Accepted) throws
  {
    _ = try select(expected.name, ["--duplicates", "keep"])
    var bytes = try Fixtures.read("malformed/\(expected.name)")
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    let lines = bytes.rawLines
      .map { $0.last == UInt8(ascii: "\r") ? Data($0.dropLast()) : $0 }
      .filter { line in !line.allSatisfy { $0 == 0x20 || $0 == 0x09 } }
    #expect(try directory.read("out.jsonl") == lines.joinedLines)
  }

  @Test(arguments: MalformedCases.refused)
  func `Broken files are refused where they break`(expected: MalformedCases.Refused) throws {
    let run = try select(expected.name)
    #expect(run.status == 1)
    let path = Fixtures.malformed(expected.name)
    if let line = expected.line {
      #expect(run.errors.contains("\(path):\(line): "))
    } else if !expected.isEmpty {
      #expect(run.errors.contains("\(path): "))
    }
    #expect(run.errors.contains(expected.fragment))
    #expect(run.output.isEmpty)
    #expect(directory.names == [])
    #expect(isPrintable(run.errors))
  }

  @Test(arguments: MalformedCases.refused.filter { $0.line != nil })
  func `The same line is named whatever the number of threads`(
    expected: MalformedCases.Refused
  ) throws {
    let runs = try ["1", "7"].map { try select(expected.name, ["--threads", $0]).errors }
    #expect(runs[0] == runs[1])
  }

  @Test func `A line beyond --max-line-bytes is refused, and the message names the option`() throws
  {
    let run = try select("bomb.jsonl.zst", ["--max-line-bytes", "10MiB"])
    #expect(run.status == 1)
    #expect(run.errors.contains("\(Fixtures.malformed("bomb.jsonl.zst")):1: "))
    #expect(run.errors.contains("--max-line-bytes"))
    #expect(directory.names == [])
  }

  @Test(.enabled(if: !Dsel.isDebugBuild, "a line of 200 MB takes minutes without optimisation"))
  func `A line of 200 MB within --max-line-bytes is read`() throws {
    let run = try select("bomb.jsonl.zst", ["--quiet"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(try directory.json("out.jsonl.manifest.json").pool.documents.int == 1)
  }

  @Test func `A broken target is refused like a broken pool`() throws {
    let target = Fixtures.malformed("not-json.jsonl")
    let run = try Dsel.select(target: target, ["--output", "out.jsonl"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("\(target):4: "))
    #expect(directory.names == [])
  }

  @Test func `A nested text is found by its dotted path`() throws {
    let path = Fixtures.malformed("nested-field.jsonl")
    let run = try Dsel.select(
      pool: [path], target: path, Self.everything + ["--text-field", "meta.doc.text"], in: directory
    )
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == (try Fixtures.read("malformed/nested-field.jsonl")))
  }

  @Test func `The first of duplicate keys is the text`() throws {
    try directory.write(
      "{\"text\": \"first value here\"}\n{\"text\": \"a b\"}\n", to: "single.jsonl")
    try directory.write(
      Fixtures.read("malformed/duplicate-keys.jsonl"), to: "double.jsonl")
    let weights = try ["single.jsonl", "double.jsonl"].map { pool in
      try Dsel.select(pool: [pool], Self.everything + ["--annotate"], in: directory).output
        .jsonLines()
        .map(\.dsel)
    }
    #expect(weights[0].count == 2)
    #expect(weights[0] == weights[1])
  }

  @Test func `Keys are compared unescaped, and only at the top level`() throws {
    try directory.write("{\"text\": \"the real one\"}\n", to: "plain.jsonl")
    let plain = try Dsel.select(
      pool: ["plain.jsonl"], Self.everything + ["--annotate"], in: directory)
    let decoys = try select("text-in-string.jsonl", ["--annotate"])
    #expect(decoys.status == 0)
    #expect(
      try directory.read("out.jsonl").jsonLines().map(\.dsel)
        == plain.output.jsonLines().map(\.dsel))
  }

  private func select(_ name: String, _ options: [String] = []) throws -> Dsel.Result {
    try Dsel.select(
      pool: [Fixtures.malformed(name)],
      Self.everything + ["--output", "out.jsonl"] + options, in: directory)
  }

  /// Whether there is a control character that a terminal would act on.
  private func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }
  }
}
