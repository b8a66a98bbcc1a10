import Foundation
import TestSupport
import Testing

/// What dsel says to programs: `--json` and `--progress json`, as Documentation/Json.md describes.
@Suite struct EventTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    for name in ["wiki.jsonl", "crawl.jsonl.zst"] {
      try directory.write(Fixtures.read(name), to: name)
    }
  }

  private static let select = ["select", "--target", "wiki.jsonl", "--pool", "crawl.jsonl.zst"]

  /// The lines of standard error, each of which must be an object with one member.
  private static func events(_ errors: String) throws -> [(name: String, value: JSON)] {
    try errors.split(separator: "\n").map { line in
      let event = try JSON(Data(line.utf8))
      guard case .object(let members) = event, members.count == 1, let member = members.first
      else { throw Wrong(line: String(line)) }
      return (member.key, member.value)
    }
  }

  private struct Wrong: Error { var line: String }

  private func run(
    _ arguments: [String], input: Data? = nil
  ) throws -> (Dsel.Result, [(name: String, value: JSON)]) {
    let run = try Dsel.run(arguments, input: input, in: directory)
    return (run, try Self.events(run.errors))
  }

  private func error(_ arguments: [String], input: Data? = nil) throws -> JSON {
    let (run, events) = try run(arguments + ["--json"], input: input)
    #expect(run.output.isEmpty)
    #expect(events.map(\.name) == ["error"], "\(run.errors)")
    #expect(run.status == (events.last?.value.code.string == "usage" ? 64 : 1))
    return events.last?.value ?? .null
  }

  // MARK: Reports

  @Test func `The report goes where the result doesn't`() throws {
    let (toFile, events) = try run(Self.select + ["-o", "out.jsonl", "--json"])
    #expect(toFile.status == 0 && events.isEmpty)
    #expect(try JSON(toFile.output) == directory.json("out.jsonl.manifest.json"))
    let (piped, other) = try run(Self.select + ["--json", "--manifest", "manifest"])
    #expect(try piped.output == directory.read("out.jsonl"))
    #expect(other.map(\.name) == ["report"])
    #expect(try other.last?.value == directory.json("manifest"))
  }

  @Test func `A report is not suppressed by --quiet, and a note is`() throws {
    let byWeight = Self.select + ["--top-k", "--json", "--count", "5"]
    #expect(try run(byWeight).1.map(\.name) == ["note", "report"])
    #expect(try run(byWeight + ["--quiet"]).1.map(\.name) == ["report"])
    let note = try run(byWeight).1[0].value.string
    #expect(note?.contains("--top-k") == true)
  }

  @Test func `Every command with a result on standard output reports on standard error`() throws {
    for (input, model) in [("wiki.jsonl", "target.model"), ("crawl.jsonl.zst", "pool.model")] {
      let (fit, events) = try run(["fit", input, "--json"])
      #expect(events.map(\.name) == ["report"])
      #expect(events.last?.value.model.documents.int ?? 0 > 0)
      try directory.write(fit.output, to: model)
    }
    let (merged, ofMerge) = try run(["merge", "pool.model", "--json"])
    #expect(try merged.output == directory.read("pool.model"))
    #expect(ofMerge.map(\.name) == ["report"])
    let models = ["--target-model", "target.model", "--pool-model", "pool.model"]
    let weigh = ["weigh", "crawl.jsonl.zst"] + models
    let (weights, ofWeigh) = try run(weigh + ["--json"])
    #expect(ofWeigh.map(\.name) == ["report"])
    #expect(ofWeigh.last?.value.documents.int == weights.lines.count)
    try directory.write(weights.output, to: "weights")
    let draw = ["resample", "--weights", "weights", "--pool", "crawl.jsonl.zst", "--count", "9"]
    let (drawn, ofDraw) = try run(draw + ["--json"])
    #expect(drawn.lines.count == 9)
    #expect(ofDraw.map(\.name) == ["report"])
    #expect(ofDraw.last?.value.selected.documents.int == 9)
    let (candidates, ofCandidates) = try run(weigh + ["--candidates", "9", "--json"])
    #expect(ofCandidates.map(\.name) == ["report"])
    try directory.write(candidates.output, to: "candidates")
    let (picks, ofPicks) = try run(
      ["resample", "--candidates", "candidates", "--picks", "picks", "--json"])
    #expect(ofPicks.isEmpty)
    #expect(try JSON(picks.output).candidates.int == 9)
  }

  @Test func `The result of compare and explain stays on standard output`() throws {
    let (compare, events) = try run(
      ["compare", "--target", "wiki.jsonl", "--selected", "wiki.jsonl", "--json"])
    #expect(events.isEmpty)
    #expect(try JSON(compare.output).kl_target_selected.number == 0)
    let (explain, none) = try run(["explain", "wiki.jsonl", "--json"] + Self.select.dropFirst())
    #expect(none.isEmpty)
    #expect(try !JSON(explain.output).documents.elements.isEmpty)
  }

  @Test func `Warnings are events, and come after the report`() throws {
    try directory.write("", to: "none.jsonl")
    let lines = (0..<9).map { "{\"text\": \"short text \($0)\"}\n" }.joined()
    try directory.write(lines + "{}\n", to: "short.jsonl")
    let (run, events) = try run([
      "select", "--target", "wiki.jsonl", "--pool", "short.jsonl", "none.jsonl", "--on-error",
      "skip", "--count", "5", "--objective", "weight", "--json",
    ])
    #expect(run.status == 0)
    let names = events.map(\.name)
    let report = try #require(names.firstIndex(of: "report"))
    #expect(report == 0 && names.filter { $0 != "report" }.allSatisfy { $0 == "warning" })
    let warnings = events.compactMap(\.value.string)
    #expect(warnings.contains("empty: none.jsonl. Check that nothing was lost."))
    #expect(warnings.contains { $0.hasPrefix("1 invalid line of the pool was skipped") })
    #expect(events.last?.value.string?.hasPrefix("9 of 9 documents have fewer") == true)
    #expect(report < events.count - 1)
  }

  // MARK: Errors

  @Test func `An error of a line names its file, its line and its kind`() throws {
    try directory.write("{\"text\": \"a\"}\n\n{\"body\": 1}\n", to: "bad.jsonl")
    let error = try error(["fit", "bad.jsonl"])
    #expect(error.code.string == "missing_field")
    #expect(error.file.string == "bad.jsonl")
    #expect(error.line.int == 3)
    #expect(error.message.string == "the field \"text\" is missing.")
    #expect(error.advice.string?.hasPrefix("The line has: body. Name the field") == true)
    let plain = try Dsel.run(["fit", "bad.jsonl"], in: directory).errors
    #expect(
      plain == "bad.jsonl:3: \(error.message.string ?? "") \(error.advice.string ?? "")\n")
  }

  @Test func `An error of a file names it, whatever its name is`() throws {
    for name in ["gone.jsonl", "a: b. C:7: d.jsonl", "tab\tand\u{1B}.jsonl"] {
      let error = try error(["fit", name])
      #expect(error.code.string == "no_such_file")
      #expect(error.file.string == name)
      #expect(error.line.isNull)
      #expect(error.message.string == "no such file or directory.")
      #expect(error.advice.string == "Check the name.")
    }
    let piped = try error(["fit", "-"], input: Data("{\"text\": 1}\n".utf8))
    #expect(piped.code.string == "not_a_string")
    #expect(piped.file.string == "standard input" && piped.line.int == 1)
  }

  @Test func `Errors of several stages have their codes`() throws {
    try directory.write("", to: "none.jsonl")
    try directory.write("old\n", to: "old.jsonl")
    try directory.write(Data(Fixtures.read("crawl.jsonl.zst").dropLast(9)), to: "cut.jsonl.zst")
    let cases: [([String], String, String?)] = [
      (["select", "--target", "none.jsonl", "--pool", "wiki.jsonl"], "no_documents", nil),
      (Self.select + ["-o", "old.jsonl"], "output_exists", "old.jsonl"),
      (Self.select + ["-o", "wiki.jsonl", "--force"], "output_is_input", "wiki.jsonl"),
      (["fit", "cut.jsonl.zst"], "truncated", "cut.jsonl.zst"),
      (["fit", "wiki.jsonl", "wiki.jsonl"], "repeated_file", "wiki.jsonl"),
      (["merge", "wiki.jsonl"], "unusable_model", "wiki.jsonl"),
      (Self.select + ["--stratify", "nowhere"], "no_strata", nil),
    ]
    for (arguments, code, file) in cases {
      let error = try error(arguments)
      #expect(error.code.string == code, "\(error)")
      #expect(error.file.string == file, "\(error)")
      #expect(error.advice.string?.isEmpty == false, "\(error)")
    }
  }

  @Test(arguments: [
    (["select"], "--target is missing.", "Name the files with example documents."),
    (["merge"], "Missing expected argument '<file> ...'", "See 'dsel merge --help'."),
    (["select", "--cuont"], "--cuont is not an option of 'dsel select'.", "Did you mean --count?"),
    (["selct"], "There is no command 'selct'.", "Did you mean 'select'?"),
    (["fit"], "Documents are missing.", "Name their files, or - for standard input."),
    (["fit", "a", "--buckets", "1"], "--buckets must be from 2", "See 'dsel fit --help'."),
    (["fit", "a", "-o", "b", "-o", "c"], "--output is given twice (b, c).", "Give it once."),
    ([], "--json is an option of", "Write the command before it."),
  ])
  func `A wrong command line is an event too`(
    arguments: [String], message: String, advice: String
  ) throws {
    let error = try error(arguments)
    #expect(error.code.string == "usage")
    #expect(error.advice.string == advice, "\(error)")
    #expect(error.message.string?.hasPrefix(message) == true, "\(error)")
    #expect(error.message.string?.contains("Usage:") == false, "\(error)")
    #expect(error.message.string?.contains("\n") == false, "\(error)")
  }

  @Test func `After two dashes, --json is a file`() throws {
    let run = try Dsel.run(["fit", "--", "--json"], in: directory)
    #expect(run.status == 1)
    #expect(run.errors == "--json: no such file or directory. Check the name.\n")
  }

  @Test func `A bar can't stand between the lines`() throws {
    let error = try error(Self.select + ["--progress", "always"])
    #expect(error.advice.string == "Use --progress json.")
  }

  // MARK: Progress

  @Test func `Each step is reported from its beginning to its end`() throws {
    let (run, events) = try run(Self.select + ["--json", "--progress", "json", "--count", "7"])
    #expect(run.status == 0)
    #expect(events.last?.name == "report")
    #expect(events.dropLast().allSatisfy { $0.name == "progress" })
    let progress = events.dropLast().map(\.value)
    var steps: [String] = []
    for (event, next) in zip(progress, Array(progress.dropFirst()) + [.null]) {
      let step = event.step.string ?? ""
      if steps.last != step {
        steps.append(step)
        #expect(event.bytes.int == 0 && event.documents.isNull)
      }
      guard next.step.string == step else { continue }
      for member in ["bytes", "documents", "percent", "text_bytes", "seconds"] {
        #expect(event[member].number ?? 0 <= next[member].number ?? 0, "\(event) \(next)")
      }
    }
    #expect(steps == ["fitTarget", "fitPool", "train", "weigh", "choose", "copy"])
    func last(_ step: String) -> JSON { progress.last { $0.step.string == step } ?? .null }
    #expect(last("fitTarget").pass.isNull && last("fitTarget").documents.int == 60)
    for (number, step) in ["fitPool", "weigh", "choose", "copy"].enumerated() {
      #expect(last(step).pass.int == number + 1 && last(step).passes.int == 4)
    }
    for step in ["fitPool", "weigh"] {
      #expect(last(step).documents.int == 1360 && last(step).percent.number == 100)
      #expect(try last(step).total_bytes.int == Fixtures.read("crawl.jsonl.zst").count)
      #expect(last(step).bytes.int == last(step).total_bytes.int)
      #expect(try last(step).text_bytes.int == Fixtures.crawlText().count)
    }
    #expect(last("copy").documents.int == 7)
  }

  @Test func `Progress from a pipe has no percentage`() throws {
    let (run, events) = try run(
      ["fit", "-", "--progress", "json", "--json"], input: try Fixtures.crawlText())
    #expect(run.status == 0)
    let last = events.last { $0.name == "progress" }?.value ?? .null
    #expect(last.step.string == "fit" && last.documents.int == 1360)
    #expect(last.percent.isNull && last.total_bytes.isNull)
    #expect(try last.text_bytes.int == Fixtures.crawlText().count)
  }

  @Test func `Progress as JSON works without --json, and before an error`() throws {
    let plain = try Dsel.run(
      ["fit", "wiki.jsonl", "-o", "model", "--progress", "json", "-q"], in: directory)
    #expect(try Self.events(plain.errors).allSatisfy { $0.name == "progress" })
    #expect(!plain.errors.isEmpty)
    try directory.write("{\"text\": \"a\"}\nno\n", to: "bad.jsonl")
    let (failed, events) = try run(["fit", "bad.jsonl", "--progress", "json", "--json"])
    #expect(failed.status == 1)
    #expect(events.first?.name == "progress" && events.last?.name == "error")
  }
}
