import Foundation
import TestSupport
import Testing

/// `--near-duplicates`, against the pairs that an independent search found.
@Suite(.enabled(if: !Dsel.isDebugBuild))
struct NearDuplicateTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let files = NearDuplicatePool.files

  private func select(
    _ options: [String], _ pool: [String] = Self.files
  ) throws -> (lines: [String], manifest: JSON) {
    let target = options.contains("--target") ? [] : ["--target", Fixtures.wiki]
    try Stages.run(
      ["select", "--pool"] + pool + target + Stages.buckets + options
        + ["-o", "out", "--force", "--manifest", "m.json"], in: directory)
    return (try directory.read("out").lines, try directory.json("m.json"))
  }

  /// All lines with their keys, from the largest, as a draw without near-duplicates sees them.
  private func order(_ pool: NearDuplicatePool, _ options: [String]) throws -> [Int] {
    for (input, model) in [([Fixtures.wiki], "wiki.model"), (Self.files, "pool.model")] {
      try Stages.run(
        ["fit"] + input + ["-o", model, "--min-tokens", "0", "--force"] + Stages.buckets + options,
        in: directory)
    }
    let candidates = try Stages.run(
      ["weigh", "--target-model", "wiki.model", "--pool-model", "pool.model"] + Self.files
        + ["--candidates", "5000", "--objective", "weight", "--logistic-share", "0"]
        + ["--min-tokens", "0"], in: directory
    ).jsonLines().dropFirst()
    let keys = try candidates.map { candidate in
      (
        try pool.number(Self.files[candidate.shard.int ?? 0], candidate.offset.int),
        try #require(candidate.key.number), candidate.text_hash.string ?? ""
      )
    }
    return keys.sorted { ($0.1, $0.2) > ($1.1, $1.2) }.map(\.0)
  }

  @Test(arguments: ["words", "wordpunct"], [0.5, 0.8, 0.95, 1])
  func `A draw takes each document unless it is similar to one before it`(
    tokenizer: String, similarity: Double
  ) throws {
    let pool = try NearDuplicatePool(in: directory, tokenizer: tokenizer)
    let order = try order(pool, ["--tokenizer", tokenizer])
    for count in [50, 1000, 5000] {
      let (taken, leftOut) = pool.taken(order, similarity: similarity, upTo: count)
      let (lines, manifest) = try select([
        "--tokenizer", tokenizer, "--objective", "weight", "--logistic-share", "0",
        "--min-tokens", "0", "--count", String(count), "--near-duplicates", String(similarity),
        "--rejected-duplicates", "list",
      ])
      #expect(lines == taken.sorted().map { pool.lines[$0] })
      let listed = try pool.listed(directory.read("list"))
      #expect(listed.map(\.line) == leftOut.sorted())
      for document in listed {
        #expect(pool.similarity(document.line, document.similar) == document.similarity)
        #expect(document.similarity >= similarity)
        #expect(taken.contains(document.similar))
      }
      #expect(manifest.near_duplicates.documents.int == leftOut.count)
      #expect(manifest.near_duplicates.similarity.number == similarity)
      #expect(manifest.settings.near_duplicates.number == similarity)
      #expect(!leftOut.isEmpty)
    }
  }

  /// All documents are candidates here. The pairs that share no band would be found in 1 of 600
  /// cases, and there is none.
  @Test func `A set is chosen among candidates of which none is similar to another`() throws {
    let pool = try NearDuplicatePool(in: directory)
    let (taken, leftOut) = pool.taken(try order(pool, []), similarity: 0.8)
    let (lines, manifest) = try select([
      "--count", "200", "--min-tokens", "0", "--near-duplicates", "80%",
      "--rejected-duplicates", "list",
    ])
    #expect(lines.count == 200)
    #expect(manifest.selected.candidates.int == taken.count)
    #expect(try pool.listed(directory.read("list")).map(\.line) == leftOut.sorted())
    let allowed = Set(taken.map { pool.lines[$0] })
    #expect(lines.allSatisfy { allowed.contains($0) })
    // The draw without the option has some.
    let (others, _) = try select(["--count", "200", "--min-tokens", "0"])
    #expect(others.contains { !allowed.contains($0) })
  }

  @Test(arguments: [
    ["--objective", "weight"], ["--objective", "weight", "--logistic-share", "0.3"],
    ["--tokens", "40k"], ["--bytes", "200k", "--objective", "weight"], ["--replay", "0.4"],
    ["--stratify", "domain", "--mixture", "wiki=0.6,code=0.2"],
    ["--stratify", "domain", "--mixture", "wiki=0.6,code=0.2", "--fill", "--objective", "weight"],
    ["--target", "twice", "--count", "300"], ["--temperature", "auto"], ["--count", "auto"],
  ])
  func `No selected document is similar to another, for any draw`(options: [String]) throws {
    let pool = try NearDuplicatePool(in: directory)
    var options = options
    if options.contains("twice") {
      let halves = try Fixtures.read("wiki.jsonl").rawLines
      try directory.write(Array(halves.prefix(halves.count / 2)).joinedLines, to: "one.jsonl")
      try directory.write(Array(halves.suffix(halves.count / 2)).joinedLines, to: "two.jsonl")
      options = ["--target", "one=one.jsonl", "two=two.jsonl", "--count", "300"]
    }
    let sizes: Set<String> = ["--tokens", "--bytes", "--count"]
    if !options.contains(where: { sizes.contains($0) }) { options += ["--count", "300"] }
    let (lines, manifest) = try select(
      options + ["--near-duplicates", "0.7", "--rejected-duplicates", "list", "--threads", "1"])
    let numbers = lines.map { line in pool.lines.firstIndex(of: line) ?? -1 }
    #expect(pool.taken(numbers, similarity: 0.7).leftOut == [])
    let listed = try pool.listed(directory.read("list"))
    #expect(!listed.isEmpty)
    #expect(manifest.near_duplicates.documents.int == listed.count)
    for document in listed {
      #expect(pool.similarity(document.line, document.similar) == document.similarity)
      #expect(!numbers.contains(document.line))
    }
    // Another number of threads, and another cut of the pool.
    let whole = try Self.files.map { try directory.read($0) }.reduce(Data(), +)
    try directory.write(whole, to: "whole.jsonl")
    let (again, record) = try select(
      options + ["--near-duplicates", "0.7", "--threads", "3"], ["whole.jsonl"])
    #expect(again == lines)
    #expect(record.near_duplicates == manifest.near_duplicates)
  }

  @Test func `A draw begins again with more documents until enough are left`() throws {
    // 6,000 documents that differ in one of 130 words, which have the largest weights; and others.
    let wiki = try Fixtures.read("wiki.jsonl").jsonLines()
    let words = wiki.flatMap { ($0.text.string ?? "").split(separator: " ") }.prefix(130)
    var pool = ""
    for number in 0..<6000 {
      var text = words.map(String.init)
      text[60] = "w\(number)"
      pool +=
        String(
          decoding: try JSONEncoder().encode(["text": text.joined(separator: " ")]), as: UTF8.self)
        + "\n"
    }
    try directory.write(Data(pool.utf8) + Fixtures.crawlText(), to: "pool.jsonl")
    for objective in ["weight", "set"] {
      let run = try Dsel.run(
        ["select", "--target", Fixtures.wiki, "--pool", "pool.jsonl", "--count", "20"]
          + ["--objective", objective, "--near-duplicates", "0.8", "-o", "out", "--force"]
          + Stages.buckets, in: directory)
      try #require(run.status == 0, "\(run.errors)")
      let documents = try directory.read("out").jsonLines()
      #expect(documents.count == 20)
      #expect(
        documents.count { ($0.text.string ?? "").contains(words[100...105].joined(separator: " ")) }
          <= 1)
      #expect(run.errors.contains("near-duplicates of "), "\(run.errors)")
    }
  }
}
