import Files
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
    #expect(lines == [version, "kernels: \(Kernels.available[0])"], "\(lines)")
  }

  @Test func `A run ends with three short lines on standard error`() throws {
    let run = try Dsel.select(["--count", "100"], in: directory)
    #expect(run.output.rawLines.count == 100)
    #expect(run.errorLines.count == 3)
    #expect(run.errorLines[0] == "selected 100 of 1,360 documents: 21,785 words, 114 kB")
    _ = try Dsel.select(["--count", "100", "--output", "out.jsonl"], in: directory)
    let nearness = try directory.json("out.jsonl.manifest.json").nearness.number ?? 0
    #expect(nearness > 0.3 && nearness < 0.7, "\(nearness)")
    let share = Int((100 * nearness).rounded())
    #expect(run.errorLines[1] == "\(share) % of the way from the pool to the target")
    #expect(
      run.errorLines[2].hasPrefix("read 2.19 MB in ") && run.errorLines[2].contains(" MB/s with "))
  }

  /// A larger selection is nearer than a smaller one, and random documents are at the pool.
  @Test func `Nearness tells good selections from bad ones`() throws {
    func nearness(_ options: [String]) throws -> Double {
      let run = try Dsel.select(options + ["-o", "out.jsonl", "--force", "-q"], in: directory)
      #expect(run.status == 0, "\(run.errors)")
      return try #require(directory.json("out.jsonl.manifest.json").nearness.number)
    }
    let small = try nearness(["--count", "30"])
    let large = try nearness(["--count", "150"])
    let random = try nearness(
      ["--count", "150", "--objective", "weight", "--temperature", "1e6", "--logistic-share", "0"])
    let half = try nearness(["--count", "150", "--replay", "0.5"])
    #expect(half > random && half < large, "\(half)")
    #expect(
      random < 0.1 && small > 0.2 && large > small && large < 1, "\(random) \(small) \(large)")
  }

  @Test func `With --verbose, further figures follow`() throws {
    let run = try Dsel.select(
      ["--count", "100", "--objective", "weight", "--estimator", "ratio", "--verbose"],
      in: directory)
    let lines = run.errorLines
    #expect(lines.count > 6)
    for start in [
      "KL(target || …) in nats: pool ", "1,309 eligible documents; 51 under --min-tokens",
      "effective sample size 1.00", "overlap with top-k ", "correlation of weight with length ",
    ] {
      #expect(lines.contains { $0.hasPrefix(start) }, "\(start)")
    }
    #expect(lines.allSatisfy { $0.count <= 80 || $0.hasPrefix("note: ") }, "\(lines)")
    // A set isn't drawn, so it has other figures.
    let set = try Dsel.select(
      ["--count", "100", "--verbose", "-o", "out.jsonl"], in: directory
    ).errorLines
    let manifest = try JSON(directory.read("out.jsonl.manifest.json"))
    let overlap = try #require(manifest.overlap_with_top_k.number)
    let share = String(format: "%.1f", 100 * overlap)
    #expect(
      set.contains(
        "\(share) % of the set are among as many documents with the largest weights"))
    #expect(!set.contains { $0.contains("effective sample size") || $0.contains("correlation") })
    #expect(set.allSatisfy { $0.count <= 80 }, "\(set)")
    let both = try Dsel.select(["--quiet", "--verbose"], in: directory)
    #expect(both.status == 64 && both.errors.contains("Use --quiet or --verbose, not both."))
  }

  @Test func `Lines stay short with several targets, exclusions and a size that is found`() throws {
    let run = try Dsel.run(
      [
        "select", "--target", "first=\(Fixtures.wiki)", "second=\(Fixtures.wiki)", "--pool",
        Fixtures.crawl, "--count", "50", "--exclude", Fixtures.wiki, "--exclude-target",
        "--near-duplicates", "0.8", "--remainder", "rest.jsonl", "--output", "out.jsonl",
      ], in: directory)
    #expect(run.status == 0, "\(run.errors)")
    let lines = run.errorLines.filter { !$0.hasPrefix("warning: ") && !$0.hasPrefix("note: ") }
    #expect(lines.count >= 7 && lines.allSatisfy { $0.count <= 80 }, "\(lines)")
    #expect(lines.contains { $0.contains("target first") }, "\(lines)")
    let sized = try Dsel.select(["--count", "auto"], in: directory).errorLines
    #expect(sized.prefix { !$0.hasPrefix("note: ") }.allSatisfy { $0.count <= 80 }, "\(sized)")
    #expect(sized.contains { $0.hasPrefix("sizes in documents: ") && $0.contains(" (best)") })
  }

  @Test func `Warnings come last`() throws {
    let run = try Dsel.select(["--count", "2k"], in: directory)
    let lines = run.errorLines
    #expect(lines.first?.hasPrefix("selected 1,309 of 1,360 documents") == true, "\(lines)")
    #expect(lines.last?.hasPrefix("warning: ") == true, "\(lines)")
  }

  @Test(arguments: [
    ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false), (["TERM": "dumb"], false),
  ])
  func `Labels have colours on a terminal, unless none are wanted`(
    environment: [String: String], colored: Bool
  ) throws {
    let assignments = (["TERM": "xterm"].merging(environment) { $1 }).map { "\($0)=\($1)" }
    let run = try Program.shell(
      """
      unset NO_COLOR
      export \(assignments.sorted().joined(separator: " "))
      python3 -c 'import pty, sys; pty.spawn(sys.argv[1:])' "$0" select --target "$1" \
        --pool "$2" --count 2k --progress never -o out.jsonl
      """, [Fixtures.wiki, Fixtures.crawl], in: directory)
    let text = String(decoding: run.output, as: UTF8.self)
    #expect(text.contains(colored ? "\u{1B}[1;33mwarning:\u{1B}[0m " : "\nwarning: "), "\(text)")
    #expect(text.contains("\u{1B}") == colored)
  }

  @Test func `A target that is too small for its buckets, or in general, is reported`() throws {
    let ratio = ["--count", "100", "--estimator", "ratio", "--buckets", "1M"]
    let notes = try Dsel.select(ratio, in: directory).errors
    #expect(notes.contains("chance decides their weights") && notes.contains("--estimator blend"))
    #expect(notes.components(separatedBy: "\nnote: ").count == 2, "one note only, at the end")
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
