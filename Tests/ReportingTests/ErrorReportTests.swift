import Foundation
import Pipeline
import Platform
import Reading
import TestSupport
import Testing

@testable import Reporting

/// Errors for programs.
@Suite struct ErrorReportTests {
  /// The codes in the first column of the page's table.
  private static func documentedCodes() throws -> [String] {
    let page = try String(
      contentsOf: Fixtures.projectRoot.appendingPathComponent("Documentation/Json.md"),
      encoding: .utf8)
    let table = page.components(separatedBy: "| Code | Meaning |").last ?? ""
    return table.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { row in
      (row.split(separator: "|").first ?? "").split(separator: ",").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
    }
  }

  @Test func `The page has exactly the codes of the sources, each once`() throws {
    var codes = Set(InvalidLine.Reason.allCases.map(\.rawValue)).union(["usage", "other"])
    for name in ["ErrorFacts", "ErrorFacts+Stages"] {
      let source = try String(
        contentsOf: Fixtures.projectRoot.appendingPathComponent(
          "Sources/Reporting/Errors/\(name).swift"), encoding: .utf8)
      for match in source.matches(of: #/"([a-z_]+)"/#) { codes.insert(String(match.1)) }
    }
    let documented = try Self.documentedCodes()
    #expect(Set(documented).count == documented.count)
    #expect(codes.symmetricDifference(documented).isEmpty)
  }

  @Test func `Place, message and advice make up the text`() {
    let errors: [PipelineError] = [
      .input(.reading(.system(SystemError(.open, "a: b. C", code: 2)), line: nil)),
      .input(.reading(.lineTooLong(path: "a", offset: 9, limit: 256 << 20), line: 3)),
      .input(.invalidLine(path: "a", line: 3, .missingField(path: "t", present: ["u. V"]))),
      .candidates(.tooFewCandidates(path: "c", keptFor: 1, wanted: 2, .documents)),
      .weights(.unknownShard(path: "w", pool: ["p"])),
      .merging(.mixedKinds(path: "a", otherPath: "b")),
    ]
    for error in errors {
      let report = ErrorReport(error)
      let text = ErrorMessage(error).text
      let file = report.file ?? ""
      let place = report.line.map { "\(file):\($0): " } ?? "\(file): "
      let sentences = [report.message, report.advice].compactMap { $0 }.joined(separator: " ")
      #expect(text == sentences || text == place + sentences)
      #expect(report.message.hasSuffix("."), "\(report)")
    }
  }

  @Test func `A file's name is taken off the message, though it ends like a sentence`() {
    let report = ErrorReport(
      .input(.reading(.system(SystemError(.open, "Dr. Who: the. End", code: 2)), line: nil)))
    #expect(report.file == "Dr. Who: the. End" && report.line == nil)
    #expect(report.message == "no such file or directory." && report.advice == "Check the name.")
  }

  @Test func `Faults of the system differ by their code`() {
    let codes: [(Int32, String)] = [
      (ENOENT, "no_such_file"), (EACCES, "permission_denied"), (ENOSPC, "disk_full"),
      (EDQUOT, "disk_full"), (EIO, "system"),
    ]
    for (number, code) in codes {
      #expect(ErrorReport(SystemError(.write, "a", code: number)).code == code)
    }
    #expect(ErrorReport(SystemError.outOfMemory()).file == nil)
    #expect(ErrorReport(SystemError.outOfMemory()).code == "out_of_memory")
  }

  @Test func `A numbered list of options is no end of a sentence`() {
    let report = ErrorReport(usage: "--count is 1.5. it goes on", help: "dsel select --help")
    #expect(report.message == "--count is 1.5. it goes on")
    #expect(report.advice == "See 'dsel select --help'.")
  }
}
