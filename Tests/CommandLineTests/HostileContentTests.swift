import Foundation
import TestSupport
import Testing

/// Names and contents from untrusted sources.
///
/// None of their control characters reach a terminal raw, and no path inside a file is opened.
@Suite struct HostileContentTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Control characters of several kinds.
  ///
  /// They are an escape sequence, its one-byte form, DEL, a line feed, and a mark that changes the
  /// direction of writing.
  private static let hostile = "a\u{1B}[31mb\u{9B}1Ac\u{7F}d\nerror: e\u{202E}f"

  /// Whether a terminal might act on it. Line feeds are checked separately.
  private static func isRaw(_ bytes: some Sequence<UInt8>) -> Bool {
    String(decoding: Array(bytes), as: UTF8.self).unicodeScalars.contains {
      ($0.properties.generalCategory == .control && $0 != "\n") || $0 == "\u{202E}"
    }
  }

  @Test(arguments: ["select", "fit", "weigh", "resample", "merge"])
  func `Names in messages are spelled out`(command: String) throws {
    let name = Self.hostile
    let options =
      switch command {
      case "select": ["--target", name, "--pool", Fixtures.crawl]
      case "weigh": [name, "--target-model", name, "--pool-model", name]
      case "resample": ["--pool", name, "--field", "x", "--count", "1"]
      default: [name]
      }
    let run = try Dsel.run([command] + options, in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("a\\u{1b}[31mb\\u{9b}1Ac\\u{7f}d\\u{a}error: e\\u{202e}f: no such"))
    #expect(!Self.isRaw(run.errors.utf8))
  }

  @Test(arguments: ["--nothing\u{1B}[2J", "--count=\u{1B}[2J", "--seed=\u{9B}2J"])
  func `The parser's quotes of a wrong command line are spelled out`(option: String) throws {
    let run = try Dsel.select([option], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("\\u{"))
    #expect(!Self.isRaw(run.errors.utf8))
  }

  @Test func `Keys of documents in messages are spelled out`() throws {
    try directory.write("{\"\\u001b[31mkey\": 1, \"\u{9B}2J\": 2}\n", to: "pool.jsonl")
    let run = try Dsel.select(pool: ["pool.jsonl"], [], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("key"))
    #expect(!Self.isRaw(run.errors.utf8))
  }

  @Test func `Manifests, reports, models, weights and summaries hold names as JSON escapes`() throws
  {
    let name = Self.hostile.replacingOccurrences(of: "\u{202E}", with: "")
    try directory.write(Fixtures.read("wiki.jsonl"), to: name)
    let fit = try Dsel.run(
      ["fit", name, "--output", "model", "--json", "--min-tokens", "0"], in: directory)
    let weigh = try Dsel.run(
      ["weigh", name, "--target-model", "model", "--pool-model", "model"], in: directory)
    let select = try Dsel.select(
      pool: [name], ["--count", "5", "--min-tokens", "0", "--output", "out"], in: directory)
    for run in [fit, weigh, select] {
      #expect(run.status == 0, "\(run.errors)")
      #expect(!Self.isRaw(run.errors.utf8))
      #expect(!Self.isRaw(run.output))
    }
    let manifest = try directory.read("out.manifest.json")
    #expect(!Self.isRaw(manifest))
    #expect(try !Self.isRaw(directory.read("model")))
    #expect(try JSON(manifest).pool.inputs[0].path.string == name)
    #expect(try JSON(Data(weigh.lines[0].utf8)).file.string == name)
  }

  @Test(arguments: ["/etc/passwd", "../../x", "wiki.jsonl/../secret"])
  func `A path in a file of weights or candidates is never opened`(path: String) throws {
    try directory.write("{\"text\": \"secret\"}\n", to: "secret")
    try directory.write(Fixtures.read("wiki.jsonl"), to: "wiki.jsonl")
    let model = ["--target-model", "model", "--pool-model", "model"]
    _ = try Dsel.run(["fit", "wiki.jsonl", "--output", "model"], in: directory)
    let weigh = ["weigh", "wiki.jsonl"] + model
    #expect(try Dsel.run(weigh + ["--output", "weights"], in: directory).status == 0)
    let candidates = weigh + ["--candidates", "5", "--output", "candidates"]
    #expect(try Dsel.run(candidates, in: directory).status == 0)
    for name in ["weights", "candidates"] {
      let text = String(decoding: try directory.read(name), as: UTF8.self)
      #expect(text.contains("\"wiki.jsonl\""))
      try directory.write(
        text.replacingOccurrences(of: "\"wiki.jsonl\"", with: "\"\(path)\""), to: name)
    }
    for source in [["--weights", "weights", "--count", "5"], ["--candidates", "candidates"]] {
      let run = try Dsel.run(
        ["resample"] + source + ["--pool", "wiki.jsonl", "--output", "out"], in: directory)
      #expect(run.status == 1)
      #expect(run.output.isEmpty && !directory.exists("out"))
      #expect(!run.errors.contains("No such file") && !run.errors.contains("no such file"))
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/strace")))
  func `A model's paths are never opened`() throws {
    try directory.write(Fixtures.read("wiki.jsonl"), to: "wiki.jsonl")
    _ = try Dsel.run(["fit", "wiki.jsonl", "--output", "model"], in: directory)
    let text = String(decoding: try directory.read("model"), as: UTF8.self)
    let hostile = text.replacingOccurrences(of: "\"wiki.jsonl\"", with: "\"/etc/hostname\"")
    try directory.write(hostile, to: "model")
    let run = try Program.shell(
      "strace -f -e trace=file -o trace \"$0\" merge model --output both; grep -c hostname trace",
      in: directory)
    #expect(run.lines.last == "0")
  }

  @Test func `An output that is a link replaces the link, not what it points to`() throws {
    try directory.write("precious\n", to: "precious")
    let files = FileManager.default
    for name in ["out", "out.manifest.json"] {
      try files.createSymbolicLink(
        atPath: directory.path(name), withDestinationPath: "precious")
    }
    #expect(try Dsel.select(["--count", "5", "--output", "out"], in: directory).status == 1)
    let run = try Dsel.select(["--count", "5", "--output", "out", "--force"], in: directory)
    #expect(run.status == 0)
    #expect(try directory.read("precious") == Data("precious\n".utf8))
    for name in ["out", "out.manifest.json"] {
      let kind =
        try files.attributesOfItem(atPath: directory.path(name))[.type] as? FileAttributeType
      #expect(kind == .typeRegular)
    }
  }
}
