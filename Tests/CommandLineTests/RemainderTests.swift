import Foundation
import TestSupport
import Testing

/// `--remainder`: with the selection, the rejects and the blank lines it is exactly the pool.
@Suite struct RemainderTests {
  private let directory: TemporaryDirectory
  private let pool: [Data]

  /// A pool with copies, short documents, invalid lines, blank lines and CRLF, in three containers.
  init() throws {
    directory = try TemporaryDirectory()
    var lines = Array(try Fixtures.crawlText().rawLines[..<600])
    lines.insert(contentsOf: lines[100..<140], at: 300)
    lines.insert(contentsOf: [Data("{\"text\":\"short\"}".utf8), Data("{".utf8), Data()], at: 10)
    lines.insert(contentsOf: [Data(" \t".utf8), Data("[7]".utf8)], at: 400)
    lines.append(Data("{\"text\": 7}".utf8))
    pool = lines
    try directory.write(Array(lines[..<200]).joinedLines, to: "a.jsonl")
    let middle = lines[200..<450].reduce(into: Data()) { $0 += $1 + Data("\r\n".utf8) }
    try directory.write(Containers.zstd(middle, in: directory), to: "b.jsonl.zst")
    // The last line has no line end.
    let last = Data(Array(lines[450...]).joinedLines.dropLast())
    try directory.write(Containers.gzip(last, in: directory), to: "c.jsonl.gz")
  }

  private static let shards = ["a.jsonl", "b.jsonl.zst", "c.jsonl.gz"]
  private static let options = ["--count", "80", "--on-error", "skip", "--output", "out.jsonl"]

  @Test(arguments: [
    ["--threads", "1"], ["--threads", "3"], ["--duplicates", "keep"], ["--annotate"],
  ])
  func `Output, remainder, rejects and blank lines add up to the pool`(options: [String]) throws {
    let manifest = try run(["--remainder", "rest.jsonl", "--rejects", "bad.jsonl"] + options)
    let output = try directory.read("out.jsonl").rawLines.map { line in
      // Without the member that --annotate added at the end.
      guard options == ["--annotate"], let end = line.range(of: Data(",\"dsel\":{".utf8)) else {
        return line
      }
      return Data(line[..<end.lowerBound]) + [UInt8(ascii: "}")]
    }
    let rest = try directory.read("rest.jsonl").rawLines
    let bad = try directory.read("bad.jsonl").rawLines
    #expect(output.count == 80 && bad.count == 3)
    let blank = [Data(), Data(" \t".utf8)]
    #expect((output + rest + bad + blank).sorted(by: precede) == pool.sorted(by: precede))
    #expect(manifest.remainder.documents.int == rest.count)
    #expect(manifest.remainder.bytes.int == rest.joinedLines.count)
    #expect(manifest.remainder.shards.isNull)
    #expect(manifest.pool.documents.int == 80 + rest.count)

    // In pool order: the remainder is the pool without the other lines, each removed as often as it
    // occurs.
    var others = Dictionary((output + bad + blank).map { ($0, 1) }, uniquingKeysWith: +)
    // The first of several copies is drawn. With --duplicates keep it may be any of them, so only
    // documents without copies are compared.
    let expected = pool.filter { line in
      guard let count = others[line], count > 0 else { return true }
      others[line] = count - 1
      return false
    }
    if options != ["--duplicates", "keep"] { #expect(rest == expected) }
  }

  private func precede(_ one: Data, _ other: Data) -> Bool { one.lexicographicallyPrecedes(other) }

  @Test func `Without --remainder, the manifest has no remainder`() throws {
    #expect(try run([]).remainder.isNull)
  }

  @Test func `A piped pool can have a remainder`() throws {
    let text = pool.joinedLines
    try run(["--remainder", "rest.jsonl"], pool: Self.shards)
    let files = try directory.read("rest.jsonl")
    try run(["--remainder", "rest.jsonl"], pool: ["-"], input: text)
    #expect(try directory.read("rest.jsonl") == files)
  }

  @Test(arguments: ["rest.jsonl.zst", "rest.jsonl.gz"])
  func `The name of the remainder decides its compression`(name: String) throws {
    try run(["--remainder", "rest.jsonl"])
    try run(["--remainder", name, "--compress", "none"])
    #expect(
      try Containers.decompress(directory.path(name), in: directory) == directory.read("rest.jsonl")
    )
  }

  @Test(arguments: [("rest/", false), ("rest", true)])
  func `A directory gets the remainder in shards`(name: String, isThere: Bool) throws {
    try run(["--remainder", "rest.jsonl"])
    if isThere {
      try FileManager.default.createDirectory(
        atPath: directory.path("rest"), withIntermediateDirectories: false)
    }
    let manifest = try run(["--remainder", name, "--shard-bytes", "100k"])
    let shards = manifest.remainder.shards.elements
    let names = try FileManager.default.contentsOfDirectory(atPath: directory.path("rest")).sorted()
    #expect(shards.map(\.path.string) == names)
    let parts = try names.map {
      try Containers.decompress(directory.path("rest/\($0)"), in: directory)
    }
    #expect(parts.reduce(Data(), +) == (try directory.read("rest.jsonl")))
    #expect(parts.allSatisfy { $0.count <= 100_000 } && parts.count > 3)
    #expect(shards.map(\.bytes.int) == parts.map(\.count))
    #expect(manifest.shards.isNull)
  }

  @Test
  func `A remainder that is an input, another output or an existing file is refused`()
    throws
  {
    try directory.write("older", to: "rest.jsonl")
    for (options, fragment) in [
      (["--remainder", "a.jsonl", "--force"], "a.jsonl: the output is also an input"),
      (["--remainder", "./out.jsonl"], "two outputs would be the same file"),
      (["--remainder", "rest.jsonl"], "rest.jsonl: the file exists"),
    ] {
      let run = try Dsel.select(pool: Self.shards, Self.options + options, in: directory)
      #expect(run.status == 1)
      #expect(run.errors.contains(fragment), "\(run.errors)")
    }
    #expect(!directory.exists("out.jsonl"))
    #expect(try directory.read("rest.jsonl") == Data("older".utf8))
  }

  @discardableResult
  private func run(
    _ options: [String], pool: [String] = shards, input: Data? = nil
  ) throws -> JSON {
    let run = try Dsel.select(
      pool: pool, Self.options + ["--force"] + options, input: input, in: directory)
    try #require(run.status == 0, "\(run.errors)")
    return try directory.json("out.jsonl.manifest.json")
  }
}
