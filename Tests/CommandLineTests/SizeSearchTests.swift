import Foundation
import TestSupport
import Testing

/// `--count auto` and `--tokens auto`, against an independent implementation.
///
/// The implementation is in Python: `Fixtures/golden/method/sizes.py`.
@Suite struct SizeSearchTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  // MARK: Golden values

  /// One entry of sizes.json.
  struct Expected: Sendable, CustomTestStringConvertible {
    var json: JSON
    var testDescription: String { options.joined(separator: " ") }

    var options: [String] {
      let settings = json.settings
      let isSet = settings.objective.string == "set"
      return [
        settings.unit.string == "tokens" ? "--tokens" : "--count", "auto",
        "--objective", settings.objective.string ?? "",
        "--estimator", settings.estimator.string ?? "", "--seed", "\(settings.seed.int ?? -1)",
      ] + (settings.limit.int.map { ["--auto-limit", "\($0)"] } ?? [])
        + (isSet
          ? [
            "--purity", "\(settings.purity.number ?? -1)",
            "--noise", "\(settings.noise.number ?? -1)",
          ] : [])
    }
  }

  static func expected() throws -> [Expected] {
    let runs = try JSON(Fixtures.read("golden/method/sizes.json")).runs.elements
    try #require(runs.count >= 7)
    return runs.map { Expected(json: $0) }
  }

  @Test(arguments: try expected())
  func `The size, the curve and the selection are the oracle's`(expected: Expected) throws {
    let (found, lines) = try select(expected.options)
    let trials = expected.json.trials.elements
    #expect(found.size_search.trials.elements.count == trials.count)
    for (trial, wanted) in zip(found.size_search.trials.elements, trials) {
      for key in ["size", "documents", "tokens"] { #expect(trial[key] == wanted[key]) }
      for key in ["bits_per_byte", "perplexity"] {
        let (value, expected) = (trial[key].number ?? .nan, wanted[key].number ?? 0)
        // Both add up logarithms of the same probabilities, in different orders.
        #expect(abs(value / expected - 1) < 1e-9, "\(key): \(value) instead of \(expected)")
      }
    }
    for key in ["selecting", "predicted", "end", "best"] {
      #expect(found.size_search[key] == expected.json[key], "\(key)")
    }
    let unit = expected.json.settings.unit.string
    let size = JSON.object([unit == "tokens" ? "tokens" : "count": expected.json.best])
    #expect(found.settings.size == size)
    let ids = try lines.map { try JSON(Data($0.utf8)).id.string }
    #expect(ids == expected.json.selected.elements.map(\.string))
  }

  // MARK: Guarantees

  @Test func `The selection is that of the size as a number`() throws {
    let (found, lines) = try select(["--count", "auto"])
    let best = try #require(found.size_search.best.int)
    let (_, same) = try select(["--count", "\(best)"])
    #expect(lines.count == best && lines == same)
  }

  @Test(arguments: [["--count", "auto"], ["--tokens", "auto", "--auto-limit", "200000"]])
  func `The size doesn't depend on threads, shards, containers, pipes or the order of the pool`(
    options: [String]
  ) throws {
    let pool = try Fixtures.crawlText()
    let lines = pool.rawLines
    let (first, expected) = try select(options + ["--threads", "1"])
    let search = first.size_search
    #expect(search.trials.elements.count > 2)
    for threads in ["2", "7"] {
      let (found, lines) = try select(options + ["--threads", threads])
      #expect(found.size_search == search && lines == expected)
    }
    let (half, rest) = (Array(lines[..<900]).joinedLines, Array(lines[900...]).joinedLines)
    try directory.write(Containers.zstd(half, in: directory), to: "1.jsonl.zst")
    try directory.write(rest, to: "2.jsonl")
    let (cut, chosen) = try select(options, pool: ["1.jsonl.zst", "2.jsonl"])
    #expect(cut.size_search == search && chosen == expected)
    let (piped, same) = try select(options, pool: ["-"], input: pool)
    #expect(piped.size_search == search && same == expected)
    let (other, again) = try select(
      options, target: "-", input: try Fixtures.read("wiki.jsonl"))
    #expect(other.size_search == search && again == expected)
    var random = SplitMix64(state: 5)
    try directory.write(lines.shuffled(using: &random).joinedLines, to: "shuffled.jsonl")
    let (shuffled, texts) = try select(options, pool: ["shuffled.jsonl"])
    #expect(shuffled.size_search == search && Set(texts) == Set(expected))
  }

  @Test func `Strata keep their shares in every trial`() throws {
    let (found, lines) = try select(
      [
        "--count", "auto", "--auto-limit", "130", "--stratify", "domain", "--mixture",
        "wiki=0.5,code=0.5",
      ])
    let best = try #require(found.size_search.best.int)
    let domains = try lines.map { try JSON(Data($0.utf8)).domain.string }
    #expect(domains.count { $0 == "wiki" } == best / 2)
    #expect(found.size_search.trials.elements.allSatisfy { $0.documents == $0.size })
  }

  @Test func `Models aren't trained on the documents that they predict`() throws {
    let pool = try Fixtures.crawlText() + Fixtures.read("wiki.jsonl")
    try directory.write(pool, to: "pool.jsonl")
    let (found, _) = try select(["--count", "auto"], pool: ["pool.jsonl"])
    let search = found.size_search
    #expect(search.left_out.int ?? 0 > 0)
    #expect((search.left_out.int ?? 0) <= (search.predicted.documents.int ?? 0))
    // With copies of the predicted text among it, the smallest selection would predict best.
    #expect(search.trials[0].bits_per_byte.number ?? 0 > 2)
  }

  @Test func `The limit ends the search, and a note says so`() throws {
    let search = try select(["--count", "auto", "--auto-limit", "200"]).0.size_search
    #expect(search.trials.elements.map { $0.size.int } == [64, 128])
    #expect(search.end == .string("limit") && search.best == .number(128))
    let text = try Dsel.select(["--count", "auto", "--auto-limit", "200"], in: directory).errors
    #expect(text.contains("\nsizes in documents: 64, 128 (best)\nheld-out bits per byte: "))
    // 1 − b / a for the bits a of 64 documents and b of 128.
    let bits = search.trials.elements.compactMap { $0.bits_per_byte.number }
    let less = String(format: "%.1f", 100 * (1 - bits[1] / bits[0]))
    #expect(
      text.contains(
        "the largest size that was tried serves the target best, with \(less) % fewer bits per byte "
          + "than 64. To try larger sizes, use --auto-limit 256 or more."))
    let followed = try select(["--count", "auto", "--auto-limit", "256"]).0.size_search
    #expect(followed.trials.elements.map { $0.size.int } == [64, 128, 256])
  }

  @Test func `A note says if the pool has no more documents to try`() throws {
    // Each page of a dictionary serves the target, so all of them serve it best.
    let pages = try Fixtures.crawlText().rawLines.filter { try JSON($0).domain == .string("wiki") }
    try directory.write(pages.joinedLines, to: "small-pool.jsonl")
    let options = ["--count", "auto", "--min-tokens", "0"]
    let run = try Dsel.select(
      pool: ["small-pool.jsonl"], options + ["-o", "all.jsonl"], in: directory)
    #expect(run.status == 0)
    #expect(run.errors.contains("The pool is too small for the next one:"), "\(run.errors)")
  }

  // MARK: Errors

  @Test func `A target that is too small to halve is an error with the least size`() throws {
    let lines = try Fixtures.read("wiki.jsonl").rawLines
    try directory.write(Array(lines[..<39]).joinedLines, to: "small.jsonl")
    let run = try Dsel.select(target: "small.jsonl", ["--count", "auto"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("the target is too small to find a size by: it has 39 documents"))
    // All copies of a text are in the same half.
    try directory.write(
      Array(repeating: lines[0], count: 200).joinedLines, to: "copies.jsonl")
    let copies = try Dsel.select(target: "copies.jsonl", ["--count", "auto"], in: directory)
    #expect(copies.status == 1 && copies.errors.contains("at least 40 different documents"))
    #expect(copies.errors.contains("of which the smaller half has 0 documents"))
    #expect(run.errors.contains("It needs at least 40 different documents and 5,000 tokens."))
  }

  @Test func `A pool that only has the target's own documents can't be judged`() throws {
    // About half of the documents are in the half that is predicted.
    let found = try Fixtures.read("wiki.jsonl").rawLines[..<12].map { line in
      try directory.write([line].joinedLines, to: "one.jsonl")
      return try Dsel.select(
        pool: ["one.jsonl"], ["--count", "auto", "--min-tokens", "0", "--force", "-o", "o.jsonl"],
        in: directory)
    }
    let refused = found.filter { $0.status == 1 && $0.errors.contains("no size can be judged") }
    #expect((1...11).contains(refused.count))
    #expect(found.count { $0.status == 0 } == 12 - refused.count)
  }

  @Test(arguments: [
    (["--replay", "0.1"], "--replay"), (["--base", "m.model"], "--base"),
    (["--temperature", "auto"], "--temperature auto"),
  ])
  func `What doesn't go with it is refused`(options: [String], name: String) throws {
    let run = try Dsel.select(["--tokens", "auto"] + options, in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("can't be used with \(name). "))
  }

  @Test func `Several targets are refused`() throws {
    let run = try Dsel.run(
      [
        "select", "--target", "a=\(Fixtures.wiki)", "b=\(Fixtures.wiki)", "--pool", Fixtures.crawl,
        "--count", "auto",
      ], in: directory)
    #expect(run.status == 64 && run.errors.contains("can't be used with several targets"))
  }

  @Test func `A draw without the target's text is refused`() throws {
    let run = try Dsel.run(
      ["resample", "--field", "q", Fixtures.crawl, "--count", "auto"], in: directory)
    #expect(run.status == 64)
    #expect(run.errors.contains("--count auto needs the target's documents"))
    let other = try Dsel.select(["--count", "10", "--auto-limit", "20"], in: directory)
    #expect(other.status == 64)
    #expect(other.errors.contains("--auto-limit needs --count auto or --tokens auto."))
  }

  // MARK: Support

  /// - Returns: the report, and the selected lines.
  private func select(
    _ options: [String], target: String = Fixtures.wiki, pool: [String] = [Fixtures.crawl],
    input: Data? = nil
  ) throws -> (JSON, [String]) {
    let run = try Dsel.run(
      ["select", "--target", target, "--pool"] + pool + options
        + ["-o", "selected.jsonl", "--force", "--json"], input: input, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return (try JSON(run.output), try directory.read("selected.jsonl").lines)
  }
}
