import Foundation
import TestSupport
import Testing

/// Pipes with names: `--pool NAME=/dev/fd/5`.
@Suite struct PipeNameTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try directory.write(Fixtures.read("wiki.jsonl"), to: "wiki")
    let lines = try Fixtures.crawlText().rawLines
    try directory.write(lines.joinedLines, to: "crawl")
    try directory.write(Array(lines.prefix(680)).joinedLines, to: "one")
    try directory.write(Array(lines.dropFirst(680)).joinedLines, to: "two")
  }

  /// Runs a script in which `$0` is dsel.
  private func shell(_ script: String) throws -> Dsel.Result {
    try Program.shell(script, [], in: directory)
  }

  @Test(arguments: ["/dev/fd/5", "-", "/dev/stdin"])
  func `A pipe is known by its name in records and messages`(pipe: String) throws {
    let descriptor = pipe == "/dev/fd/5" ? "5<&0 0</dev/null" : ""
    let run = try shell(
      """
      cat crawl | "$0" select -q --target wiki --pool 'part 1=\(pipe)' --count 9 --manifest m \
        \(descriptor) > piped
      "$0" select -q --target wiki --pool crawl --count 9 > plain; cmp piped plain && echo same
      printf '{"text":"a"}\\n{}\\n' | "$0" fit -q x=\(pipe) \(descriptor)
      """)
    #expect(run.lines == ["same"])
    #expect(try directory.json("m").pool.inputs[0].path.string == "part 1")
    #expect(run.errors.hasPrefix("x:2: the field \"text\" is missing."), "\(run.errors)")
  }

  @Test func `Candidates of two pipes are merged, and each part is found again by its name`()
    throws
  {
    let run = try shell(
      """
      "$0" fit -q wiki -o t; "$0" fit -q crawl -o p
      keep() { "$0" weigh -q --target-model t --pool-model p --candidates 60 "$@"; }
      for part in one two; do
        cat $part | keep $part=- -o $part.named
        cat $part | keep - -o $part.plain
      done
      "$0" merge -q one.named two.named -o all && "$0" merge -q one.plain two.plain -o none
      for part in one two; do
        cat $part | "$0" resample -q --candidates all --pool $part=/dev/fd/7 7<&0 0</dev/null
      done > drawn
      "$0" select -q --target wiki --pool crawl --count 60 > plain; cmp drawn plain && echo same
      """)
    #expect(run.lines == ["same"])
    #expect(
      run.errors.hasPrefix("two.plain: an earlier file also has the candidates of standard input."),
      "\(run.errors)")
  }

  @Test func `A named pipe doesn't pass for a file with another name`() throws {
    let run = try shell(
      """
      "$0" fit -q wiki -o t; "$0" fit -q crawl -o p
      "$0" weigh -q --target-model t --pool-model p crawl -o w
      cat crawl | "$0" resample -q --weights w --pool other=- --count 9
      cat crawl | "$0" resample -q --weights w --pool crawl=- --count 9 | wc -l | tr -d ' '
      """)
    #expect(run.lines == ["9"])
    #expect(run.errors.contains("none of the pool's files: other."), "\(run.errors)")
  }

  @Test func `An existing file of that name goes first`() throws {
    let run = try shell(
      """
      mv wiki a=-; "$0" fit -q a=- -o model </dev/null
      "$0" fit -q b=- -o model --force </dev/null
      """)
    #expect(run.errors.contains("the documents are empty") || run.errors.contains("empty: b"))
    #expect(!run.errors.contains("a=-"), "\(run.errors)")
  }

  @Test func `Names are given once, and standard input is read once`() throws {
    let twice = try shell(
      """
      "$0" fit -q x=/dev/fd/5 x=/dev/fd/6 5<one 6<two; echo $?
      cat one | "$0" fit -q x=- y=/dev/stdin; echo $?
      "$0" fit -q x=- --work-dir w < one; echo $?
      "$0" fit -q wiki x=wiki; echo $?
      """)
    #expect(twice.lines == ["1", "64", "64", "1"])
    for fragment in [
      "x: the file is named twice. Name it once.", "Standard input (-) is named twice",
      "--work-dir keeps one result per file", "x=wiki: no such file",
    ] {
      #expect(twice.errors.contains(fragment), "\(fragment): \(twice.errors)")
    }
  }

  @Test func `A target's pipe may have a name of its own after the target's`() throws {
    let run = try shell(
      """
      cat wiki | "$0" select -q --target t=notes=- --pool crawl --count 9 --manifest m > out
      wc -l < out | tr -d ' '
      """)
    #expect(run.lines == ["9"])
    let manifest = String(decoding: try directory.read("m"), as: UTF8.self)
    #expect(manifest.contains("\"path\" : \"notes\""))
  }
}
