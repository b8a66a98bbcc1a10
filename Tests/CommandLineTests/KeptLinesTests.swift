import Foundation
import TestSupport
import Testing

/// A compressed pool gives what a plain one gives, though its lines are kept beside.
@Suite struct KeptLinesTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(lines.joinedLines, to: "plain.jsonl")
    try directory.write(
      Containers.zstd(lines.joinedLines, in: directory), to: "zstd.jsonl")
    try directory.write(
      Containers.gzip(lines.joinedLines, in: directory), to: "gzip.jsonl")
    let wiki = try Fixtures.read("wiki.jsonl").rawLines
    for (name, first) in [("even", 0), ("odd", 1)] {
      let half = stride(from: first, to: wiki.count, by: 2).map { wiki[$0] }
      try directory.write(half.joinedLines, to: "\(name).jsonl")
    }
  }

  private func select(_ pool: String, _ options: [String]) throws -> Data {
    let run = try Dsel.run(
      ["select", "--pool", "\(pool).jsonl", "--quiet"] + options, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  @Test(arguments: [
    "--objective weight --count 30",
    "--objective weight --fraction 0.9",
    "--objective weight --tokens 5000 --annotate --order weight",
    "--objective weight --count 30 --duplicates keep --temperature 100",
    "--objective weight --count 60 --replay 0.5",
    "--count 60 --replay 0.5",
    "--count 60 --purity 1",
    "--objective weight --count 60 --near-duplicates 0.5",
    "--count 60 --annotate --shuffle",
  ])
  func `One target`(options: String) throws {
    let options = ["--target", "even.jsonl"] + options.split(separator: " ").map(String.init)
    let expected = try select("plain", options + ["--threads", "1"])
    #expect(!expected.isEmpty)
    for (pool, threads) in [("zstd", "1"), ("zstd", "2"), ("zstd", "5"), ("gzip", "2")] {
      #expect(try select(pool, options + ["--threads", threads]) == expected)
    }
  }

  @Test(arguments: ["--objective weight", "--objective set", "--replay 0.3"])
  func `Two targets`(options: String) throws {
    let options =
      ["--target", "even=even.jsonl", "odd=odd.jsonl", "--count", "80"]
      + options.split(separator: " ").map(String.init)
    let expected = try select("plain", options + ["--threads", "1"])
    #expect(!expected.isEmpty)
    for (pool, threads) in [("zstd", "1"), ("zstd", "2"), ("gzip", "3")] {
      #expect(try select(pool, options + ["--threads", threads]) == expected)
    }
  }

  /// The pool is large enough for candidates to be a small part of it: they are read where the pass
  /// that weighs has kept them.
  @Test func `Sets from a pool of many documents`() throws {
    let texts = try Fixtures.crawlText().rawLines.map { line in
      let record = try JSONSerialization.jsonObject(with: line) as? [String: Any]
      return (record?["text"] as? String ?? "").split(separator: " ").prefix(25)
        .joined(separator: " ")
    }
    let lines = try (0..<40).flatMap { copy in
      try texts.map { text in
        try JSONSerialization.data(withJSONObject: ["text": "copy\(copy) \(text)"])
      }
    }
    let pool = lines.joinedLines
    try directory.write(pool, to: "plain.jsonl")
    try directory.write(Containers.zstd(pool, in: directory), to: "zstd.jsonl")
    for options in [
      "--target even.jsonl --count 300",
      "--target even.jsonl --count 300 --near-duplicates 0.8 --annotate",
      "--target even=even.jsonl odd=odd.jsonl --count 300 --replay 0.2",
    ] {
      let options = options.split(separator: " ").map(String.init) + ["--min-tokens", "10"]
      let expected = try select("plain", options + ["--threads", "2"])
      #expect(!expected.isEmpty)
      for threads in ["1", "3"] {
        #expect(try select("zstd", options + ["--threads", threads]) == expected)
      }
    }
  }
}
