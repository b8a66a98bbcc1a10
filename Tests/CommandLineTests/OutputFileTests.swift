import Foundation
import TestSupport
import Testing

/// Output and manifest appear whole or not at all, and never replace a file that is still needed.
@Suite struct OutputFileTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `A run leaves its output and its manifest, and nothing else`() throws {
    #expect(try select(["--output", "out.jsonl"]).status == 0)
    #expect(directory.names == ["out.jsonl", "out.jsonl.manifest.json"])
  }

  @Test func `The manifest goes to the requested path`() throws {
    let run = try select(["--output", "out.jsonl", "--manifest", "record.json"])
    #expect(run.status == 0)
    #expect(directory.names == ["out.jsonl", "record.json"])
    #expect(try directory.json("record.json").command.string == "select")
  }

  @Test func `Standard output has a manifest only if one is named`() throws {
    #expect(try select([]).output.isEmpty == false)
    #expect(directory.names == [])
    let run = try select(["--output", "-", "--manifest", "record.json"])
    #expect(run.output.rawLines.count == 10)
    #expect(directory.names == ["record.json"])
  }

  @Test(arguments: ["out.jsonl", "out.jsonl.manifest.json"])
  func `An existing file is kept unless --force is given`(name: String) throws {
    try directory.write("precious\n", to: name)
    let refused = try select(["--output", "out.jsonl"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains(name))
    #expect(refused.errors.contains("--force"))
    #expect(directory.names == [name])
    #expect(try directory.read(name) == Data("precious\n".utf8))

    #expect(try select(["--output", "out.jsonl", "--force"]).status == 0)
    #expect(directory.names == ["out.jsonl", "out.jsonl.manifest.json"])
    #expect(try directory.read("out.jsonl").rawLines.count == 10)
    #expect(try directory.json("out.jsonl.manifest.json").selected.documents.int == 10)
  }

  @Test(arguments: ["zst-truncated.jsonl.zst", "cut-last-line.jsonl", "empty.jsonl"])
  func `A failed run leaves older outputs untouched, even with --force`(pool: String) throws {
    try directory.write("older\n", to: "out.jsonl")
    try directory.write("{}", to: "out.jsonl.manifest.json")
    let run = try Dsel.select(
      pool: [Fixtures.crawl, Fixtures.malformed(pool)].suffix(pool == "empty.jsonl" ? 1 : 2),
      ["--output", "out.jsonl", "--force"], in: directory)
    #expect(run.status == 1)
    #expect(directory.names == ["out.jsonl", "out.jsonl.manifest.json"])
    #expect(try directory.read("out.jsonl") == Data("older\n".utf8))
    #expect(try directory.read("out.jsonl.manifest.json") == Data("{}".utf8))
  }

  @Test(arguments: ["--output", "--manifest", "--rejects"])
  func `An output that is also an input is refused, even with --force`(option: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Fixtures.wiki))
    try directory.write(bytes, to: "input.jsonl")
    let files = FileManager.default
    try files.linkItem(atPath: directory.path("input.jsonl"), toPath: directory.path("hard"))
    try files.createSymbolicLink(
      atPath: directory.path("soft"), withDestinationPath: "input.jsonl")
    for name in ["input.jsonl", "./input.jsonl", "hard", "soft"] {
      for (target, pool) in [("input.jsonl", Fixtures.crawl), (Fixtures.wiki, "input.jsonl")] {
        let run = try Dsel.select(
          pool: [pool], target: target, [option, name, "--on-error", "skip", "--force"],
          in: directory)
        #expect(run.status == 1)
        #expect(run.errors.contains("\(name): the output is also an input"))
      }
    }
    #expect(try directory.read("input.jsonl") == bytes)
    #expect(directory.names == ["hard", "input.jsonl", "soft"])
  }

  @Test func `An impossible output is refused before the pool is read`() throws {
    for (options, fragment) in [
      (["--output", "."], "is a directory"),
      (["--output", "nowhere/out"], "nowhere/out"),
      (["--output", "out", "--manifest", "nowhere/out"], "nowhere/out"),
    ] {
      let run = try Dsel.select(
        pool: [Fixtures.malformed("not-json.jsonl")], options, in: directory)
      #expect(run.status == 1)
      #expect(run.errors.contains(fragment), "\(run.errors)")
    }
    #expect(directory.names == [])
  }

  @Test(arguments: [
    ["--manifest", "nowhere/out"], ["--rejects", "nowhere/out"], ["--manifest", "."],
  ])
  func `No output appears if one that belongs to it can't be written`(options: [String]) throws {
    let run = try select(["--output", "out.jsonl", "--on-error", "skip"] + options)
    #expect(run.status == 1)
    #expect(directory.names == [])
  }

  @Test(arguments: [
    ["--manifest", "./out.jsonl"], ["--rejects", "out.jsonl"], ["--rejects", "./out.jsonl"],
    ["--manifest", "same", "--rejects", "same"], ["--rejects", "out.jsonl.manifest.json"],
  ])
  func `Two outputs in one file are refused`(options: [String]) throws {
    let run = try Dsel.select(
      pool: [Fixtures.malformed("not-json.jsonl")],
      ["--output", "out.jsonl", "--on-error", "skip", "--min-tokens", "0", "--force"] + options,
      in: directory)
    #expect(run.status == 1 || run.status == 64)
    #expect(directory.names == [])
  }

  @Test func `/dev/null takes the output, and no manifest appears beside it`() throws {
    #expect(try select(["--output", "/dev/null"]).status == 0)
    #expect(!FileManager.default.fileExists(atPath: "/dev/null.manifest.json"))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `A full disk is an error that says so`() throws {
    let runs = [
      try select(["--output", "/dev/full"]),
      try Program.shell(
        "exec \"$0\" select --target \"$1\" --pool \"$2\" > /dev/full",
        [Fixtures.wiki, Fixtures.crawl], in: directory),
    ]
    for run in runs {
      #expect(run.status == 1)
      #expect(run.errors.contains("no space left on device"))
      #expect(run.errors.contains("the same --seed selects the same documents"))
    }
  }

  @Test(arguments: ["TERM", "INT", "HUP"])
  func `A signal leaves no file, not even the spool`(signal: String) throws {
    let run = try Program.shell(
      """
      mkfifo pipe && mkdir spool
      # A shell starts its background jobs with SIGINT ignored, which dsel respects.
      TMPDIR=$PWD/spool perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \\
        "$0" select --target "$1" --pool pipe --output out.jsonl &
      exec 3> pipe
      zstd -dqc "$2" >&3
      sleep 0.3
      kill -\(signal) $!
      wait $!
      echo "status $?"
      ls -A spool
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    let numbers = ["HUP": 1, "INT": 2, "TERM": 15]
    #expect(run.lines == ["status \(128 + (numbers[signal] ?? 0))"])
    #expect(directory.names == ["pipe", "spool"])
  }

  @Test func `A signal that the caller ignores stays ignored`() throws {
    let run = try Program.shell(
      """
      trap '' HUP
      mkfifo pipe
      "$0" select --target "$1" --pool pipe --count 5 --quiet > out.jsonl &
      exec 3> pipe
      zstd -dqc "$2" >&3
      sleep 0.3
      kill -HUP $!
      exec 3>&-
      wait $!
      echo "status $? lines $(wc -l < out.jsonl | tr -d ' ')"
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.lines == ["status 0 lines 5"])
  }

  @Test func `The spool has no name while it is in use`() throws {
    let run = try Program.shell(
      """
      mkfifo pipe && mkdir spool
      TMPDIR=$PWD/spool "$0" select --target "$1" --pool pipe --output out.jsonl --quiet &
      exec 3> pipe
      zstd -dqc "$2" >&3
      ls -A spool
      exec 3>&-
      wait $!
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.status == 0)
    #expect(run.lines == [])
    #expect(try directory.read("out.jsonl").rawLines.count == 136)
  }

  private func select(_ options: [String]) throws -> Dsel.Result {
    try Dsel.select(["--count", "10"] + options, in: directory)
  }
}
