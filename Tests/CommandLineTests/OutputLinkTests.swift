import Foundation
import TestSupport
import Testing

/// Outputs whose names are links: to files, to missing files, or to the process's descriptors.
@Suite struct OutputLinkTests {
  private let directory: TemporaryDirectory
  private static let select = "select -q --target \"$1\" --pool \"$2\" --count 3"

  init() throws { directory = try TemporaryDirectory() }

  @Test(arguments: [
    "-o link", "-o out --manifest link", "-o out --remainder link",
    "-o out --on-error skip --rejects link",
  ])
  func `A dangling link counts as existing, and only --force replaces it`(options: String) throws {
    let refused = try shell(
      "ln -s scratch/file link; mkdir scratch; \"$0\" \(Self.select) \(options)")
    #expect(refused.status == 1)
    #expect(
      refused.errors
        == "link: this is a link to scratch/file, which does not exist. Name scratch/file to write "
        + "there, or add --force to replace the link.\n")
    #expect(directory.names == ["link", "scratch"])
    let forced = try shell(
      "\"$0\" \(Self.select) \(options) --force && [ ! -L link ] && [ -f link ] && ls scratch")
    #expect(forced.status == 0 && forced.lines == [])
  }

  @Test func `The advice to name the target of a dangling link works`() throws {
    let run = try shell(
      "mkdir scratch; ln -s scratch/file link; \"$0\" \(Self.select) -o scratch/file && wc -l < link | tr -d ' '"
    )
    #expect(run.lines == ["3"])
  }

  @Test(arguments: ["fit -q \"$1\" -o link", "merge -q model -o link"])
  func `A model doesn't replace a dangling link either`(command: String) throws {
    let run = try shell("\"$0\" fit -q \"$1\" -o model; ln -s none link; \"$0\" \(command)")
    #expect(run.status == 1)
    #expect(run.errors.contains("link: this is a link to none, which does not exist"))
    #expect(directory.names == ["link", "model"])
  }

  @Test(arguments: [
    "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "dev/stdout", "dev/again", "/dev/../dev/stdout",
    "/dev/../dev/fd/1",
  ])
  func `All names of standard output mean it, redirected or not`(name: String) throws {
    guard FileManager.default.fileExists(atPath: "/proc/self/fd") else { return }
    for force in ["", "--force"] {
      let run = try shell(
        """
        mkdir -p dev; ln -sf /proc/self/fd/1 dev/stdout; ln -sf stdout dev/again
        "$0" \(Self.select) -o - > expected
        echo before > file; "$0" \(Self.select) -o \(name) \(force) >> file
        (echo before; cat expected) | cmp - file && echo appended
        "$0" \(Self.select) -o \(name) \(force) | cmp - expected && echo piped
        "$0" \(Self.select) -o \(name) \(force) > file; cmp file expected && echo written
        [ -L dev/stdout ] && [ -L dev/again ] && ls dev
        """)
      #expect(run.errors == "")
      #expect(run.lines == ["appended", "piped", "written", "again", "stdout"])
    }
  }

  @Test func `A model goes to standard output by any of its names`() throws {
    let run = try shell(
      """
      "$0" fit -q "$1" > expected; "$0" fit -q "$1" -o /dev/stdout --force > file; cmp expected file && ls
      """)
    #expect(run.lines == ["expected", "file"])
  }

  @Test func `The report doesn't go to standard output if the result does`() throws {
    for output in ["", "-o /dev/stdout"] {
      let run = try shell("\"$0\" \(Self.select) \(output) --json; echo end")
      #expect(run.lines.last == "end")
      #expect(try JSON(Data(run.lines[0].utf8)).text.string != nil)
      let event = try JSON(Data(run.errors.utf8))
      #expect(event.report.selected.documents.int == run.lines.count - 1)
    }
  }

  @Test func `Another descriptor is written at its current position`() throws {
    let run = try shell(
      """
      exec 3> lines 4> record 5> kept
      echo before >&3
      "$0" \(Self.select) -o /dev/fd/3 --manifest /dev/fd/4 --remainder /dev/fd/5
      echo after >&3
      wc -l < lines | tr -d ' '; head -1 lines; tail -1 lines
      python3 -c 'import json; print(json.load(open("record"))["selected"]["documents"])'
      zstd -dqc "$2" > pool; [ $(cat pool | wc -l) -eq $(($(cat kept lines | wc -l) - 2)) ] && rm pool && ls
      """)
    #expect(run.lines == ["5", "before", "after", "3", "kept", "lines", "record"])
    #expect(run.errors == "")
  }

  @Test func `Standard input can be read by any of its names, as a file or a pipe`() throws {
    let run = try shell(
      """
      "$0" \(Self.select) > expected
      zstd -dqc "$2" > pool
      for name in /dev/stdin /dev/fd/0 /proc/self/fd/0; do
        cat pool | "$0" select -q --target "$1" --pool $name --count 3 | cmp - expected && echo piped
        "$0" select -q --target "$1" --pool $name --count 3 < pool | cmp - expected && echo redirected
      done
      """)
    #expect(run.lines == (0..<3).flatMap { _ in ["piped", "redirected"] })
    let twice = try shell("cat pool | \"$0\" select --target /dev/stdin --pool -")
    #expect(twice.status == 64)
    #expect(twice.errors.contains("Standard input (-) is named twice"))
  }

  private func shell(_ script: String) throws -> Dsel.Result {
    try Program.shell(script, [Fixtures.wiki, Fixtures.crawl], in: directory)
  }
}
