import Foundation
import TestSupport
import Testing

/// Selected lines equal the pool's byte for byte, except for requested changes.
@Suite struct OutputLineTests {
  private let directory: TemporaryDirectory
  private static let everything = ["--count", "1000000", "--min-tokens", "0"]

  init() throws { directory = try TemporaryDirectory() }

  @Test func `The whole pool passes through byte for byte`() throws {
    let run = try Dsel.select(Self.everything, in: directory)
    #expect(run.output == (try Fixtures.crawlText()))
  }

  @Test func `A carriage return before the line feed is dropped, and no other is`() throws {
    let output = try output(of: "{\"text\":\"a\\r\"}\r\n{\"text\":\"b\"}\r\r\n")
    #expect(output == "{\"text\":\"a\\r\"}\n{\"text\":\"b\"}\r\n")
  }

  @Test func `A last line without a line feed gets one`() throws {
    let (one, two) = ("{\"text\":\"a\"}", "{\"text\":\"b\"}")
    #expect(try output(of: "\(one)\n\(two)") == "\(one)\n\(two)\n")
    #expect(try output(of: "\(one)\r") == "\(one)\n")
  }

  @Test func `The byte order mark of a shard isn't part of its first line`() throws {
    for name in ["one.jsonl", "two.jsonl"] {
      try directory.write("\u{FEFF}{\"text\":\"\(name)\"}\n", to: name)
    }
    let run = try Dsel.select(pool: ["one.jsonl", "two.jsonl"], Self.everything, in: directory)
    #expect(run.lines == ["{\"text\":\"one.jsonl\"}", "{\"text\":\"two.jsonl\"}"])
  }

  @Test func `A shard that ends without a line feed doesn't run into the next`() throws {
    try directory.write("{\"text\":\"one\"}", to: "one.jsonl")
    try directory.write("{\"text\":\"two\"}", to: "two.jsonl")
    let run = try Dsel.select(pool: ["one.jsonl", "two.jsonl"], Self.everything, in: directory)
    #expect(run.lines == ["{\"text\":\"one\"}", "{\"text\":\"two\"}"])
  }

  @Test func `Blanks and escapes within a line stay as they are`() throws {
    let line = #"  { "a" : [ 1.0e+2 , -0 ] ,\#t"text":"\u00e9\/ é" , "text":"other" } "#
    #expect(try output(of: line) == line + "\n")
  }

  @Test func `Annotated lines are JSON with one more member`() throws {
    let pool = "{\"text\":\"one {two} }\",\"x\":{\"y\":{}}}  \r\n{\"text\":\"\"}\n"
    let lines = try output(of: pool, ["--annotate"]).split(separator: "\n").map(String.init)
    #expect(lines.count == 2)
    let line = "{\"text\":\"one {two} }\",\"x\":{\"y\":{}}"
    #expect(lines[0].hasPrefix("\(line),\"dsel\":{\"log_weight\":"))
    #expect(lines[0].hasSuffix("}}  "))
    for line in lines {
      let annotation = try JSON(Data(line.utf8)).dsel
      #expect(annotation.log_weight.number?.isFinite == true)
      #expect(annotation.key.number?.isFinite == true)
    }
  }

  @Test(arguments: [
    ("out.jsonl.zst", []), ("out.jsonl.gz", []), ("out.zst", ["--compress", "zst"]),
    ("other.gz", ["--compress", "gz"]),
  ])
  func `zstd and gzip read the compressed output`(name: String, options: [String]) throws {
    let plain = try Dsel.select(["--count", "300"], in: directory).output
    let run = try Dsel.select(["--count", "300", "--output", name] + options, in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try directory.read(name).count < plain.count / 2)
    #expect(try Containers.decompress(directory.path(name), in: directory) == plain)
  }

  @Test func `--compress overrides the name, and applies to standard output`() throws {
    let plain = try Dsel.select(["--count", "20"], in: directory).output
    _ = try Dsel.select(["--count", "20", "-o", "a.zst", "--compress", "none"], in: directory)
    #expect(try directory.read("a.zst") == plain)
    for (form, name) in [("zst", "b.zst"), ("gz", "b.gz")] {
      let run = try Dsel.select(["--count", "20", "--compress", form], in: directory)
      let path = try directory.write(run.output, to: name)
      #expect(try Containers.decompress(path, in: directory) == plain)
    }
  }

  private func output(of pool: String, _ options: [String] = []) throws -> String {
    try directory.write(pool, to: "pool.jsonl")
    let run = try Dsel.select(pool: ["pool.jsonl"], Self.everything + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return String(decoding: run.output, as: UTF8.self)
  }
}
