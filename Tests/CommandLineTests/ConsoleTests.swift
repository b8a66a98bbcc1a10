import Foundation
import TestSupport
import Testing

/// The output for people: help, the summary, progress, and silence on request.
@Suite struct ConsoleTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  @Test func `The help fits on a screen`() throws {
    let run = try Dsel.run(["--help"], in: directory)
    #expect(run.status == 0)
    #expect(run.lines.count <= 40)
    #expect(run.lines.allSatisfy { $0.count <= 80 })
    #expect(run.errors == "")
  }

  @Test(arguments: [["select", "--help"], ["help", "select"], ["select", "-h"]])
  func `The help of select groups its options and ends with its examples`(
    arguments: [String]
  ) throws {
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 0)
    let help = String(decoding: run.output, as: UTF8.self)
    for title in ["INPUT:", "DRAW:", "MODELS:", "OUTPUT:", "RUN:"] {
      #expect(help.contains("\n\(title)\n"), "\(title)")
    }
    let examples = try #require(help.range(of: "\nEXAMPLES:\n"))
    #expect(help[examples.upperBound...].components(separatedBy: "dsel select --target").count == 6)
  }

  @Test func `The version is that of the manifest, and the kernels are named after it`() throws {
    let lines = try Dsel.run(["--version"], in: directory).lines
    _ = try Dsel.select(["--count", "1", "--output", "out.jsonl"], in: directory)
    let version = try directory.json("out.jsonl.manifest.json").dsel_version.string ?? ""
    // A build that isn't packaged has no commit: a third line.
    #expect(
      lines == [version, "kernels: AVX-512"] || lines == [version, "kernels: portable"], "\(lines)")
  }

  @Test func `A run ends with a summary on standard error`() throws {
    let run = try Dsel.select(["--count", "100", "--estimator", "ratio"], in: directory)
    #expect(run.output.rawLines.count == 100)
    for fragment in [
      "selected 100 of 1,360 documents: 29,226 tokens", "KL(target || pool) ", ", random ",
      ", selected ", ": reduced by ", "effective sample size 1.00 of 1,309",
      ", overlap with top-k ", ", correlation of weight with length ", "MB/s",
    ] {
      #expect(run.errors.contains(fragment), "\(fragment)")
    }
  }

  @Test func `A draw that amounts to top-k is reported with advice, and the advice helps`() throws {
    let note = "top-k in practice"
    let options = ["--count", "100", "--normalize", "none", "--objective", "weight"]
    let cold = try Dsel.select(options, in: directory).errors
    #expect(cold.contains(note) && cold.contains("--temperature auto"))
    let warm = try Dsel.select(options + ["--temperature", "auto"], in: directory).errors
    #expect(!warm.contains(note))
  }

  @Test func `A target that is too small for its buckets, or in general, is reported`() throws {
    let ratio = ["--count", "100", "--estimator", "ratio", "--buckets", "1M"]
    let notes = try Dsel.select(ratio, in: directory).errors
    #expect(notes.contains("chance decides their weights") && notes.contains("--estimator blend"))
    #expect(!notes.contains("top-k in practice"), "one note only")
    try directory.write(
      Array(Fixtures.read("wiki.jsonl").rawLines.prefix(3)).joinedLines, to: "three.jsonl")
    let three = try Dsel.select(target: "three.jsonl", ["--count", "100"], in: directory).errors
    #expect(three.contains("too few to show what is typical of it"))
  }

  @Test(arguments: [[], ["--output", "out.jsonl"]])
  func `Standard error is empty with --quiet`(options: [String]) throws {
    let run = try Dsel.select(["--count", "100", "--quiet"] + options, in: directory)
    #expect(run.status == 0)
    #expect(run.errors == "")
  }

  @Test(arguments: [[], ["--progress", "auto"], ["--progress", "never"]])
  func `No progress is drawn without a terminal`(options: [String]) throws {
    let run = try Dsel.select(options, in: directory)
    #expect(!run.errors.contains("\r"))
    #expect(!run.errors.contains("\u{1B}"))
  }

  @Test func `Progress is drawn on request, and cleared at the end`() throws {
    let run = try Dsel.select(["--progress", "always"], in: directory)
    let parts = run.errors.components(separatedBy: "\r\u{1B}[K")
    #expect(parts.count > 1)
    #expect(parts.last?.hasPrefix("selected ") == true)
  }

  @Test(arguments: ["plain", "zst"])
  func `A closed reader ends the run quietly`(form: String) throws {
    let compress = form == "zst" ? "--compress zst" : ""
    let run = try Program.shell(
      """
      { "$0" select --target "$1" --pool "$2" --count 1360 --min-tokens 0 \(compress)
        echo $? >status; } |
        head -c 100
      cat status
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    #expect(run.output.count == 102)
    #expect(run.output.suffix(2) == Data("0\n".utf8))
    #expect(run.errors == "")
  }
}
