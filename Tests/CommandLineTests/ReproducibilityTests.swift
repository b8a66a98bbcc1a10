import Foundation
import TestSupport
import Testing

/// The selection depends only on the documents, the options and the seed.
@Suite struct ReproducibilityTests {
  private let directory: TemporaryDirectory
  private let pool: Data
  private static let options = ["--count", "100", "--normalize", "length", "--temperature", "0.05"]

  init() throws {
    directory = try TemporaryDirectory()
    pool = try Fixtures.crawlText()
  }

  @Test(arguments: ["1", "2", "7"])
  func `The output is the same for any number of threads`(threads: String) throws {
    #expect(try select(["--threads", threads]) == select([]))
  }

  @Test func `The output is the same however the pool is compressed`() throws {
    let expected = try select([])
    try #require(expected.lines.count == 100)
    try directory.write(pool, to: "plain.jsonl")
    try directory.write(Containers.gzip(pool, in: directory), to: "pool.jsonl.gz")
    #expect(try select(pool: ["plain.jsonl"]) == expected)
    #expect(try select(pool: ["pool.jsonl.gz"]) == expected)
    #expect(try select(pool: ["-"], input: pool) == expected)
    #expect(try select(pool: ["-"], input: directory.read("pool.jsonl.gz")) == expected)
  }

  enum Form: CaseIterable { case plain, gzip, multiMemberGzip, zstd, multiFrameZstd, mixed }

  @Test(arguments: Form.allCases)
  func `The output is the same for nine shards of unequal size`(form: Form) throws {
    let forms: [Form] = [.plain, .gzip, .multiMemberGzip, .zstd, .multiFrameZstd]
    let lines = pool.rawLines
    let cuts = [0, 1, 3, 40, 41, 250, 600, 607, 1300, lines.count]
    let shards = try (0..<9).map { number in
      let text = Array(lines[cuts[number]..<cuts[number + 1]]).joinedLines
      return try directory.write(
        encode(text, form == .mixed ? forms[number % forms.count] : form), to: "shard\(number)")
    }
    let threads = form == .mixed ? "7" : "2"
    #expect(try select(pool: shards, ["--threads", threads]) == select([]))
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `The same lines are selected when the pool is shuffled`(seed: UInt64) throws {
    var generator = SplitMix64(state: seed)
    let shuffled = pool.rawLines.shuffled(using: &generator)
    try directory.write(shuffled.joinedLines, to: "shuffled.jsonl")
    let selected = try select(pool: ["shuffled.jsonl"]).rawLines
    #expect(Set(selected) == Set(try select([]).rawLines))
    let chosen = Set(selected)
    #expect(selected == shuffled.filter { chosen.contains($0) }, "pool order")
  }

  @Test func `Lines are written in pool order`() throws {
    let selected = try select([]).rawLines
    let chosen = Set(selected)
    #expect(selected == pool.rawLines.filter { chosen.contains($0) })
  }

  @Test func `A named pipe is read like a file`() throws {
    let run = try Program.shell(
      """
      mkfifo pipe && zstd -dqc "$2" > pipe &
      while ! [ -p pipe ]; do sleep 0.01; done
      exec "$0" select --target "$1" --pool pipe --count 100 --normalize length --temperature 0.05
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == (try select([])))
  }

  @Test func `The target may come from standard input`() throws {
    let target = try Fixtures.read("wiki.jsonl")
    let run = try Dsel.select(target: "-", Self.options, input: target, in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output == (try select([])))
  }

  @Test func `Several targets without names are parts of one target`() throws {
    let lines = try Fixtures.read("wiki.jsonl").rawLines
    try directory.write(Array(lines[..<7]).joinedLines, to: "a.jsonl")
    try directory.write(Array(lines[7...]).joinedLines, to: "b.jsonl")
    let run = try Dsel.run(
      ["select", "--target", "a.jsonl", "b.jsonl", "--pool", Fixtures.crawl] + Self.options,
      in: directory)
    #expect(run.output == (try select([])))
  }

  @Test(arguments: [["--threads", "1"], ["--threads", "7"]])
  func `Equal runs have equal manifests except for the timings`(threads: [String]) throws {
    let manifests = try [[], threads].map { options in
      let options = Self.options + options + ["--output", "out.jsonl", "--force"]
      try #require(try Dsel.select(options, in: directory).status == 0)
      return try directory.json("out.jsonl.manifest.json")
    }
    #expect(manifests[0].timings != .null)
    #expect(manifests[0].without("timings") == manifests[1].without("timings"))
  }

  /// The selection from the pool as one file, by default options.
  private static let reference = Result {
    try Dsel.select(options, in: TemporaryDirectory()).output
  }

  private func select(_ options: [String]) throws -> Data {
    try options.isEmpty
      ? Self.reference.get() : select(pool: [Fixtures.crawl], options)
  }

  private func select(
    pool: [String], _ options: [String] = [], input: Data? = nil
  ) throws -> Data {
    let run = try Dsel.select(pool: pool, Self.options + options, input: input, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return run.output
  }

  /// Frames and members are cut in the middle of a line.
  private func encode(_ text: Data, _ form: Form) throws -> Data {
    let (head, tail) = (Data(text.prefix(text.count / 3)), Data(text.dropFirst(text.count / 3)))
    return switch form {
    case .plain, .mixed: text
    case .gzip: try Containers.gzip(text, in: directory)
    case .multiMemberGzip: try Containers.gzip(head, tail, in: directory)
    case .zstd: try Containers.zstd(text, in: directory)
    case .multiFrameZstd: try Containers.zstd(head, Data(), tail, in: directory)
    }
  }
}
