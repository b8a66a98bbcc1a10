import Foundation
import TestSupport
import Testing

/// `--output-dir` cuts the single output into shards, and writes all of them or none.
@Suite struct ShardedOutputTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The selection in one file.
  private static let single = Result {
    try Dsel.select(["--count", "100"], in: TemporaryDirectory()).output
  }

  /// The rule of `--shard-bytes`: a shard ends before the line that would exceed its size.
  private func cut(_ text: Data, _ limit: Int) -> [Data] {
    text.rawLines.map { $0 + [0x0A] }.reduce(into: []) { shards, line in
      if let last = shards.last, last.count + line.count <= limit {
        shards[shards.count - 1] += line
      } else {
        shards.append(line)
      }
    }
  }

  @Test(arguments: [("none", ""), ("gz", ".gz"), ("zst", ".zst"), (nil, ".zst")], [1, 20_000])
  func `Shards are the single output, cut at lines`(
    form: (compress: String?, suffix: String), limit: Int
  ) throws {
    let compress = form.compress.map { ["--compress", $0] } ?? []
    let run = try select(["--shard-bytes", "\(limit)"] + compress)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.isEmpty)
    let expected = cut(try Self.single.get(), limit)
    let width = { (number: Int) in String("0000000\(number)".suffix(8)) }
    let shardNames = expected.indices.map { "shard_\(width($0)).jsonl\(form.suffix)" }
    #expect(names == ["manifest.json"] + shardNames)
    let manifest = try directory.json("out/manifest.json")
    for (number, name) in shardNames.enumerated() where number < 7 || number > 95 {
      let path = directory.path("out/\(name)")
      let text =
        try form.suffix == ""
        ? directory.read("out/\(name)") : Containers.decompress(path, in: directory)
      #expect(text == expected[number])
    }
    #expect(manifest.shards.elements.map(\.path.string) == shardNames)
    #expect(manifest.shards.elements.map(\.bytes.int) == expected.map(\.count))
    #expect(manifest.shards.elements.map(\.documents.int) == expected.map(\.rawLines.count))
    #expect(manifest.selected.documents.int == 100)
  }

  @Test func `A single file's manifest has no shards`() throws {
    try #require(Dsel.select(["--output", "one.jsonl"], in: directory).status == 0)
    #expect(try directory.json("one.jsonl.manifest.json").shards.isNull)
  }

  @Test func `A hundred shards take no more descriptors than one`() throws {
    let run = try Program.shell(
      """
      ulimit -n 24
      "$0" select --target "$1" --pool "$2" --count 100 --output-dir out --shard-bytes 1 --quiet
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    #expect(names.count == 101)
  }

  @Test func `An empty selection has no shard, and a manifest that says so`() throws {
    let run = try select(["--bytes", "1"], count: nil)
    #expect(run.status == 0)
    #expect(names == ["manifest.json"])
    #expect(try directory.json("out/manifest.json").shards == .array([]))
  }

  @Test func `Existing shards are kept unless --force is given, and then all are replaced`() throws
  {
    try #require(select(["--shard-bytes", "1"]).status == 0)
    let older = try directory.read("out/manifest.json")
    let refused = try select([])
    #expect(refused.status == 1)
    #expect(
      refused.errors
        == "out: the directory has shards. Add --force to replace all of them, or name another.\n"
    )
    #expect(names.count == 101)
    #expect(try directory.read("out/manifest.json") == older)

    try directory.write("mine", to: "out/notes.txt")
    #expect(try select(["--force"]).status == 0)
    #expect(names == ["manifest.json", "notes.txt", "shard_00000000.jsonl.zst"])
    #expect(try directory.json("out/manifest.json").shards.elements.count == 1)
  }

  @Test func `A manifest of older shards is replaced with them, wherever the new one is`() throws {
    try #require(select([]).status == 0)
    #expect(try select(["--force", "--manifest", "record.json"]).status == 0)
    #expect(names == ["shard_00000000.jsonl.zst"])
    #expect(try directory.json("record.json").shards.elements.count == 1)
  }

  @Test(arguments: [true, false])
  func `A failed run leaves the directory unchanged`(isThere: Bool) throws {
    if isThere { try #require(select(["--shard-bytes", "1"]).status == 0) }
    let before = names
    let manifest = isThere ? try directory.read("out/manifest.json") : nil
    for options in [["--manifest", "none/record.json"], ["--pool", "bad.jsonl"]] {
      try directory.write(try Fixtures.read("malformed/cut-last-line.jsonl"), to: "bad.jsonl")
      #expect(try select(["--force"] + options).status == 1)
      #expect(names == before)
      #expect(directory.exists("out") == isThere)
    }
    if let manifest { #expect(try directory.read("out/manifest.json") == manifest) }
  }

  @Test func `A shard that is an input is refused, even with --force`() throws {
    try FileManager.default.createDirectory(
      atPath: directory.path("out"), withIntermediateDirectories: false)
    let pool = "out/shard_00000005.jsonl"
    try directory.write(Fixtures.crawlText(), to: pool)
    let run = try Dsel.select(
      pool: [pool], ["--output-dir", "out", "--force"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors.contains("\(pool): the output is also an input"))
    #expect(names == ["shard_00000005.jsonl"])
  }

  @Test(arguments: [
    ["--rejects", "out/shard_00000000.jsonl.zst", "--on-error", "skip"],
    ["--rejects", "./out/manifest.json", "--on-error", "skip"],
    ["--manifest", "./out/../out/shard_00000009.jsonl"],
    ["--remainder", "./out//"], ["--remainder", "out/manifest.json"],
  ])
  func `Two outputs in one place are refused`(options: [String]) throws {
    let run = try select(options)
    #expect(run.status == 1)
    #expect(run.errors.contains("two outputs would be the same file"), "\(run.errors)")
    #expect(directory.names == [])
  }

  @Test func `A file is refused as a directory, and a missing directory is made`()
    throws
  {
    try directory.write("text", to: "out")
    let run = try select([])
    #expect(run.status == 1)
    #expect(
      run.errors
        == "out: this is not a directory, and shards go to one. Name another, or write one file.\n"
    )
    let missing = try Dsel.select(["--output-dir", "none/out"], in: directory)
    #expect(missing.status == 1)
    #expect(missing.errors.contains("none/out: no such file or directory. Create the directory"))
    #expect(directory.names == ["out"])
  }

  @Test func `A directory in use by another run is refused`() throws {
    let run = try Program.shell(
      """
      mkfifo pipe
      "$0" select --target "$1" --pool pipe --output-dir out --quiet &
      exec 3> pipe
      zstd -dqc "$2" >&3
      "$0" select --target "$1" --pool "$2" --output-dir out --force --quiet
      echo "status $?"
      exec 3>&-
      wait $!
      echo "status $?"
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.lines == ["status 1", "status 0"])
    #expect(
      run.errors
        == "out: another run of dsel writes shards there. Wait until it ends, or name another directory.\n"
    )
    #expect(names == ["manifest.json", "shard_00000000.jsonl.zst"])
  }

  @Test func `A signal leaves no directory that the run made`() throws {
    let run = try Program.shell(
      """
      mkfifo pipe
      "$0" select --target "$1" --pool pipe --output-dir out --remainder rest/ &
      exec 3> pipe
      zstd -dqc "$2" >&3
      sleep 0.3
      ls -d out rest
      kill -TERM $!
      wait $!
      echo "status $?"
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.lines == ["out", "rest", "status 143"])
    #expect(directory.names == ["pipe"])
  }

  private var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory.path("out"))) ?? []).sorted()
  }

  private func select(_ options: [String], count: Int? = 100) throws -> Dsel.Result {
    let count = count.map { ["--count", "\($0)"] } ?? []
    return try Dsel.select(["--output-dir", "out"] + count + options, in: directory)
  }
}
