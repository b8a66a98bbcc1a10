import Foundation
import TestSupport
import Testing

/// The note about a target that is far larger than the pool.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct SwappedInputTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// Writes documents of 1,000 words.
  private func write(_ documentCount: Int, to name: String) throws {
    let words = Array(repeating: "word", count: 999).joined(separator: " ")
    var lines = ""
    for number in 0..<documentCount { lines += "{\"text\":\"\(words) n\(number)\"}\n" }
    try directory.write(lines, to: name)
  }

  /// What a selection notes; each document has 1,000 words.
  private func notes(target: Int, pool: Int, _ options: [String] = []) throws -> String {
    try write(target, to: "target.jsonl")
    try write(pool, to: "pool.jsonl")
    let run = try Dsel.run(
      ["select", "--target", "target.jsonl", "--pool", "pool.jsonl", "--count", "5"] + options
        + ["--force", "-o", "out.jsonl"], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    return run.errors
  }

  private static let note =
    "note: the target has 100 times as many words as the pool, from which documents are selected. "
    + "Are --target and --pool swapped?\n"

  @Test(arguments: [[], ["--fit-sample", "0.5"]])
  func `A target with a hundred times the words of the pool is noted`(options: [String]) throws {
    #expect(try notes(target: 10_000, pool: 100, options).contains(Self.note))
  }

  @Test(arguments: [(9_900, 100), (10_000, 99), (200, 2), (100, 100)])
  func `Smaller targets, and pools for a trial, are no matter`(target: Int, pool: Int) throws {
    #expect(try !notes(target: target, pool: pool).contains("swapped"))
  }
}
