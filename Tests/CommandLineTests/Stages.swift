import Foundation
import TestSupport
import Testing

/// The models of the small fixture, fitted once for all tests of a process, with shared helpers.
enum Stages {
  /// The number of buckets separates texts, yet is read quickly a hundred times.
  static let buckets = ["--buckets", "65536"]

  private static let fitted = Swift.Result { try fit() }

  private static func fit() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    try run(["fit", Fixtures.wiki, "-o", "wiki.model"] + buckets, in: directory)
    try run(["fit", Fixtures.crawl, "-o", "pool.model"] + buckets, in: directory)
    // The objects of a global are never freed.
    atexit { _ = try? FileManager.default.removeItem(at: Stages.fitted.get().url) }
    return directory
  }

  /// The directory of `wiki.model` and `pool.model`.
  static func models() throws -> TemporaryDirectory { try fitted.get() }

  /// `--target-model` and `--pool-model`.
  static func modelOptions() throws -> [String] {
    let directory = try models()
    return [
      "--target-model", directory.path("wiki.model"), "--pool-model", directory.path("pool.model"),
    ]
  }

  /// Runs a command that must succeed without any message.
  @discardableResult
  static func run(
    _ arguments: [String], input: Data? = nil, in directory: TemporaryDirectory
  ) throws -> Data {
    let run = try Dsel.run(arguments + ["--quiet"], input: input, in: directory)
    try #require(run.status == 0, "\(arguments.joined(separator: " ")): \(run.errors)")
    return run.output
  }

  /// Writes the pool in a number of files of unequal size, whose names are in pool order.
  static func shards(_ count: Int, in directory: TemporaryDirectory) throws -> [String] {
    let lines = try Fixtures.crawlText().rawLines
    return try (0..<count).map { number in
      // The ends are squares: sizes of 1 : 3 : 5 : …
      let (begin, end) = (number * number, (number + 1) * (number + 1))
      let part = lines[
        (lines.count * begin / (count * count))..<(lines.count * end / (count * count))]
      try directory.write(Array(part).joinedLines, to: "shard\(number).jsonl")
      return "shard\(number).jsonl"
    }
  }

  /// Weighs the pool's files to `weights.jsonl`.
  static func weigh(_ pool: [String], _ options: [String] = [], in directory: TemporaryDirectory)
    throws
  {
    try run(
      ["weigh"] + modelOptions() + pool + ["-o", "weights.jsonl", "--force"] + options,
      in: directory)
  }
}
