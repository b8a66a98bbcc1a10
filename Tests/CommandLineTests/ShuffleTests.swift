import Foundation
import TestSupport
import Testing

/// `--shuffle`: the same lines in an order that depends only on the documents and a seed.
@Suite struct ShuffleTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let plain = Result { try Dsel.select(options, in: TemporaryDirectory()).output }
  private static let shuffled = Result {
    try Dsel.select(options + ["--shuffle"], in: TemporaryDirectory()).output
  }
  private static let options = ["--count", "200"]

  @Test func `The lines equal those of the output in pool order`() throws {
    let (plain, shuffled) = try (Self.plain.get().lines, Self.shuffled.get().lines)
    #expect(shuffled != plain)
    #expect(shuffled.sorted() == plain.sorted())
  }

  @Test(arguments: ["1", "2", "7"])
  func `The order doesn't depend on threads`(threads: String) throws {
    #expect(try select(["--threads", threads]) == Self.shuffled.get())
  }

  @Test func `The order doesn't depend on how the pool is cut, sorted or compressed`() throws {
    let lines = try Fixtures.crawlText().rawLines
    let parts = [Array(lines[900...]), Array(lines[..<17]), Array(lines[17..<900])]
    try directory.write(parts[0].joinedLines, to: "c.jsonl")
    try directory.write(Containers.gzip(parts[1].joinedLines, in: directory), to: "a.jsonl.gz")
    try directory.write(parts[2].joinedLines, to: "b.jsonl")
    for pool in [["a.jsonl.gz", "b.jsonl", "c.jsonl"], ["c.jsonl", "a.jsonl.gz", "b.jsonl"]] {
      #expect(try select([], pool: pool) == Self.shuffled.get())
    }
    #expect(try select([], pool: ["-"], input: lines.joinedLines) == Self.shuffled.get())
  }

  @Test func `Another seed gives another order, and the order may have its own seed`() throws {
    let other = try select(["--shuffle-seed", "1"])
    #expect(other != (try Self.shuffled.get()))
    #expect(other.lines.sorted() == (try Self.shuffled.get().lines.sorted()))
    #expect(try select(["--shuffle-seed", "0"]) == Self.shuffled.get())
    // The run's seed is used for the order, unless the order has its own.
    let reseeded = try select(["--seed", "1"])
    #expect(try select(["--seed", "1", "--shuffle-seed", "1"]) == reseeded)
  }

  @Test func `The order's seed is in the manifest`() throws {
    for (options, seed) in [
      (["--shuffle", "--seed", "5"], 5), (["--shuffle", "--seed", "5", "--shuffle-seed", "6"], 6),
      ([], nil),
    ] {
      let run = try Dsel.select(options + ["--manifest", "m.json", "--force"], in: directory)
      #expect(run.status == 0)
      #expect(try directory.json("m.json").shuffle_seed.int == seed)
    }
  }

  @Test func `Shuffled shards are the shuffled output, cut`() throws {
    let run = try Dsel.select(
      Self.options + [
        "--shuffle", "--output-dir", "out", "--shard-bytes", "30k", "--compress", "none",
      ],
      in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let names = try directory.json("out/manifest.json").shards.elements.compactMap(\.path.string)
    #expect(names.count > 3)
    let whole = try names.reduce(into: Data()) { $0 += try directory.read("out/\($1)") }
    #expect(whole == (try Self.shuffled.get()))
  }

  @Test func `Annotations stay with their lines`() throws {
    let plain = try Dsel.select(Self.options + ["--annotate"], in: directory)
    let shuffled = try select(["--annotate"])
    #expect(shuffled.lines.sorted() == plain.lines.sorted())
    #expect(shuffled.lines != plain.lines)
  }

  /// 40 MB of lines exceed the sort's memory. Each has another word, so that none is a copy.
  @Test(.enabled(if: !Dsel.isDebugBuild))
  func `Lines that don't fit into memory are shuffled on disk`() throws {
    let run = try Program.shell(
      """
      mkdir spool
      filler=$(printf '%01800d' 0 | sed 's/0/ a word/g' | cut -c-2000)
      seq 10000 29999 | sed "s/.*/{\\"text\\":\\"& $filler\\"}/" > pool.jsonl
      TMPDIR=$PWD/spool "$0" select --target "$1" --pool pool.jsonl --fraction 1 --shuffle --quiet \
        --estimator ratio --output out.jsonl --force --min-tokens 0
      ls -A spool
      sort pool.jsonl > sorted && sort out.jsonl | cmp - sorted && wc -c < pool.jsonl
      cut -c10-14 out.jsonl
      """, [Fixtures.wiki], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    // 5 digits, a blank, 2,000 characters, and 12 around them, with a line feed.
    #expect(run.lines.first == "\(20_000 * 2018)")
    // Rises from one line to the next are, in a random order of n, 10,000 on average with a
    // standard deviation of √((n + 1) / 12) = 41 (Eulerian numbers); 5 of those are 204.
    let numbers = run.lines.dropFirst().compactMap { Int($0) }
    try #require(numbers.count == 20_000)
    let rises = zip(numbers, numbers.dropFirst()).count { $0 < $1 }
    #expect(abs(rises - 10_000) <= 204)
  }

  private func select(
    _ options: [String], pool: [String] = [Fixtures.crawl], input: Data? = nil
  ) throws -> Data {
    let run = try Dsel.select(
      pool: pool, Self.options + ["--shuffle"] + options, input: input, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }
}
