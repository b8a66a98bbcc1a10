import Foundation
import TestSupport
import Testing

/// Unknown names: the message suggests the nearest existing name.
@Suite struct MisspeltTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let wrong: [(line: String, message: String)] = [
    ("selct --target x", "There is no command 'selct'. Did you mean 'select'?"),
    ("SELECT", "There is no command 'SELECT'. Did you mean 'select'?"),
    ("help selct", "There is no command 'selct'. Did you mean 'select'?"),
    ("sel", "There is no command 'sel'. Did you mean 'select'?"),
    ("mrege a", "There is no command 'mrege'. Did you mean 'merge'?"),
    (
      "crawl.jsonl",
      "There is no command 'crawl.jsonl'. The commands are select, fit, merge, weigh, resample, compare, explain, show, verify, report and plan."
    ),
    (
      "--count 5",
      "--count is an option of 'dsel select' and 'dsel resample'. Write the command before it."
    ),
    ("--frobnicate", "--frobnicate is not an option of dsel. Write a command first."),
    ("-version", "-version has one dash. Did you mean --version?"),
    ("select --targets x", "--targets is not an option of 'dsel select'. Did you mean --target?"),
    ("select --targets=x", "--targets is not an option of 'dsel select'. Did you mean --target?"),
    (
      "select --target x --pool y --outptu z",
      "--outptu is not an option of 'dsel select'. Did you mean --output?"
    ),
    ("select --n 5", "--n is not an option of 'dsel select'. Did you mean --count?"),
    (
      "select --normalise",
      "--normalise is not an option of 'dsel select'. Did you mean --normalize?"
    ),
    (
      "select --text_field a",
      "--text_field is not an option of 'dsel select'. Did you mean --text-field?"
    ),
    (
      "select --TextField a",
      "--TextField is not an option of 'dsel select'. Did you mean --text-field?"
    ),
    (
      "select --output-file a",
      "--output-file is not an option of 'dsel select'. Did you mean --output?"
    ),
    ("select --frobnicate", "--frobnicate is not an option of 'dsel select'."),
    ("select -x", "-x is not an option of 'dsel select'."),
    ("select -count 5", "-count has one dash. Did you mean --count?"),
    ("select -output=x", "-output has one dash. Did you mean --output?"),
    ("select —count 5", "'—count' begins with a dash that is not a hyphen. Write --count."),
    (
      "select --target x --pool y –-count=5",
      "'–-count' begins with a dash that is not a hyphen. Write --count."
    ),
    (
      "fit a --count 5",
      "--count is an option of 'dsel select' and 'dsel resample', not of 'dsel fit'."
    ),
    (
      "compare --weights x",
      "--weights is an option of 'dsel resample', not of 'dsel compare'."
    ),
  ]

  @Test(arguments: wrong)
  func `An unknown name is reported with the nearest existing name`(
    line: String, message: String
  ) throws {
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 64)
    let command = line.hasPrefix("select") ? " select" : ""
    #expect(run.errors.hasPrefix("Error: \(message)\nUsage: dsel\(command)"), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test(arguments: [
    "select --help", "help select", "select -h", "fit --help", "--help", "--version",
  ])
  func `Help and version work as before`(line: String) throws {
    let run = try Dsel.run(line.split(separator: " ").map(String.init), in: directory)
    #expect(run.status == 0 && run.errors.isEmpty && !run.output.isEmpty)
  }

  @Test func `A wrong value is reported before any guess about another fault`() throws {
    let run = try Dsel.select(["--count", "ten"], in: directory)
    #expect(run.status == 64 && run.errors.contains("'ten'"))
    let negative = try Dsel.select(["--seed", "-1"], in: directory)
    #expect(negative.status == 64 && negative.errors.contains("'-1' is invalid for '--seed"))
  }

  /// - Parameter command: a command line in which `option` also takes the pool `P`.
  @Test(arguments: [
    (["select", "--target", "W", "P", "--count", "1"], "--target"),
    (["select", "--target", "w=W", "l=W", "P", "--count", "1"], "--target"),
    (["resample", "--weights", "w", "P", "--count", "1"], "--weights"),
    (["resample", "--candidates", "c", "d", "P"], "--candidates"),
  ])
  func `A pool that an option has consumed is reported, and the advice works`(
    command: [String], option: String
  ) throws {
    let arguments = command.map { word in
      word.replacing("W", with: Fixtures.wiki).replacing("P", with: Fixtures.crawl)
    }
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 64)
    #expect(
      run.errors.contains(
        "The pool is missing. \(option) takes all files up to the next option, so it has "))
    let advice = "write --pool \(Fixtures.crawl)."
    #expect(run.errors.contains("If \(Fixtures.crawl) is the pool, \(advice)"), "\(run.errors)")
    guard command[0] == "select" else { return }
    let mended = arguments.flatMap { $0 == Fixtures.crawl ? ["--pool", $0] : [$0] }
    #expect(try Dsel.run(mended, in: directory).output.rawLines.count == 1)
  }
}
