import Foundation
import TestSupport
import Testing

/// Sets from pools and targets that leave little or nothing to choose.
@Suite struct SetExtremesTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let set = ["--objective", "set", "--estimator", "shrunk", "--min-tokens", "0"]

  /// Writes documents with these texts.
  private func write(_ texts: [String], to name: String) throws {
    let lines = texts.enumerated().map { "{\"id\": \($0), \"text\": \"\($1)\"}\n" }
    try directory.write(lines.joined(), to: name)
  }

  /// Random texts of 5 to 40 words out of 60, the first ones more often.
  private static func texts(_ count: Int, seed: UInt64, prefix: String = "w") -> [String] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in
      (0..<Int.random(in: 5...40, using: &random)).map { _ in
        let last = Int.random(in: 0..<60, using: &random)
        return "\(prefix)\(Int.random(in: 0...last, using: &random))"
      }.joined(separator: " ")
    }
  }

  /// Selects from pool.jsonl for target.jsonl, with several numbers of threads and in two orders.
  ///
  /// - Returns: the chosen texts.
  private func select(_ options: [String]) throws -> [String] {
    let run = try Dsel.select(
      pool: ["pool.jsonl"], target: "target.jsonl", options + Self.set + ["--threads", "1"],
      in: directory)
    try #require(run.status == 0, "\(run.errors)")
    let threads = try Dsel.select(
      pool: ["pool.jsonl"], target: "target.jsonl", options + Self.set + ["--threads", "5"],
      in: directory)
    #expect(threads.output == run.output)
    try directory.write(
      Array(directory.read("pool.jsonl").rawLines.reversed()).joinedLines, to: "reversed.jsonl")
    let reversed = try Dsel.select(
      pool: ["reversed.jsonl"], target: "target.jsonl", options + Self.set, in: directory)
    let texts = try run.output.jsonLines().compactMap(\.text.string)
    #expect(try Set(reversed.output.jsonLines().compactMap(\.text.string)) == Set(texts))
    return texts
  }

  @Test func `More documents than the pool has end as in a draw by weight`() throws {
    let size = ["--count", "2000", "--estimator", "shrunk"]
    let set = try Dsel.select(size + ["--objective", "set", "--quiet"], in: directory)
    let byWeight = try Dsel.select(size + ["--objective", "weight", "--quiet"], in: directory)
    #expect(set.status == byWeight.status)
    #expect(set.errors == byWeight.errors)
    #expect(set.output == byWeight.output)
  }

  @Test(arguments: [["--count", "40"], ["--tokens", "99999"], ["--bytes", "1MB"]])
  func `A set as large as the pool is the pool`(size: [String]) throws {
    try write(Self.texts(40, seed: 1), to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    #expect(try select(size) == Self.texts(40, seed: 1))
  }

  @Test(arguments: 1...3) func `All documents but a few are chosen`(missing: Int) throws {
    try write(Self.texts(70, seed: 1), to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    let chosen = try select(["--count", "\(70 - missing)"])
    #expect(Set(chosen).count == 70 - missing)
    #expect(Set(chosen).isSubset(of: Self.texts(70, seed: 1)))
  }

  @Test func `A pool of one document gives that document`() throws {
    try write(["w1 w2 w3"], to: "pool.jsonl")
    try write(Self.texts(3, seed: 2), to: "target.jsonl")
    #expect(try select(["--count", "1"]) == ["w1 w2 w3"])
    #expect(try select(["--tokens", "3"]) == ["w1 w2 w3"])
  }

  @Test func `Of a pool of equal texts, one is chosen`() throws {
    try write(Array(repeating: "w1 w2 w3", count: 60), to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    #expect(try select(["--count", "1"]) == ["w1 w2 w3"])
  }

  /// Two n-grams of the same words in the same order, beside a word that the target hasn't.
  @Test(arguments: [["--count", "35"], ["--tokens", "120"]])
  func `Documents with the same n-grams of the target are chosen alike`(size: [String]) throws {
    try write((0..<60).map { "w1 w2 other\($0)" }, to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    let chosen = try select(size)
    #expect(chosen.count == (size[0] == "--count" ? 35 : 40))
    #expect(Set(chosen).count == chosen.count)
  }

  @Test(arguments: [["--count", "35"], ["--tokens", "300"], ["--bytes", "1500"]])
  func `A pool without any n-gram of the target still gives a set`(size: [String]) throws {
    try write(Self.texts(60, seed: 1, prefix: "other"), to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    let chosen = try select(size)
    #expect(!chosen.isEmpty)
    if size[0] == "--count" { #expect(chosen.count == 35) }
  }

  @Test(arguments: [["--count", "30"], ["--count", "60"], ["--tokens", "800"]])
  func `Three documents are enough of a target`(size: [String]) throws {
    try write(Self.texts(100, seed: 1), to: "pool.jsonl")
    try write(Self.texts(3, seed: 2), to: "target.jsonl")
    let chosen = try select(size)
    #expect(Set(chosen).count == chosen.count)
    #expect(size[0] == "--tokens" || chosen.count == Int(size[1]))
  }

  @Test(arguments: [
    ["--count", "20"], ["--count", "60"], ["--tokens", "40"], ["--tokens", "700"],
    ["--bytes", "2000"], ["--tokens", "700", "--purity", "0", "--noise", "0"],
  ])
  func `Documents without tokens do no harm`(size: [String]) throws {
    let empty = (1...30).map { String(repeating: " ", count: $0) }
    let texts = Self.texts(60, seed: 1)
    try write(zip(texts, empty + empty).flatMap { [$0, $1] }, to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    let chosen = try select(size)
    #expect(!chosen.isEmpty)
    let tokenCount = chosen.reduce(0) { $0 + $1.split(separator: " ").count }
    #expect(size[0] != "--tokens" || tokenCount <= Int(size[1]) ?? 0)
    #expect(size[0] != "--count" || chosen.count == Int(size[1]))
    // Documents without tokens don't crowd out those that resemble the target.
    #expect(size[0] != "--tokens" || 3 * tokenCount > 2 * (Int(size[1]) ?? 0))
  }

  /// With 40 strata and 20 documents to choose, most strata choose none.
  @Test func `Strata without a share don't change with the order of the pool`() throws {
    let lines = Self.texts(200, seed: 1).enumerated().map {
      "{\"text\": \"\($1)\", \"site\": \"s\($0 % 40)\"}\n"
    }
    try directory.write(lines.joined(), to: "pool.jsonl")
    try write(Self.texts(10, seed: 2), to: "target.jsonl")
    #expect(try select(["--count", "20", "--stratify", "site"]).count == 20)
  }
}
