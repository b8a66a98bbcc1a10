import Foundation
import TestSupport
import Testing

/// The keys of all reports and manifests, which are a contract with their readers.
///
/// `Fixtures/golden/json-keys.json` has the keys that dsel 0.1.0 wrote, when the sources spelled
/// out each key. Today the keys are derived from the names of properties.
@Suite struct JSONKeyTests {
  private struct Run: Decodable {
    var arguments: [String]
    /// Paths of keys, such as `pool.inputs[].path`; nil if there is no report.
    var keys: [String]?
    /// The same for all lines of standard error together.
    var events: [String]?
    /// The exit status; nil for 0.
    var status: Int32?
  }

  /// Members whose own keys are data.
  private static let tables: Set = [
    // It is one of the reports whose keys are listed.
    "report",
    "fields", "mixture", "processor_seconds", "seconds", "size", "skipped_lines",
    "temperature_goal",
  ]

  @Test func `Reports have the keys of dsel 0.1.0, and those that came later`() throws {
    let directory = try TemporaryDirectory()
    for name in ["wiki.jsonl", "crawl.jsonl.zst"] {
      try FileManager.default.copyItem(
        at: URL(fileURLWithPath: Fixtures.path(name)),
        to: URL(fileURLWithPath: directory.path(name)))
    }
    let runs = try JSONDecoder().decode(
      [Run].self, from: Fixtures.read("golden/json-keys.json"))
    for run in runs {
      let result = try Dsel.run(run.arguments, in: directory)
      try #require(result.status == run.status ?? 0, "\(run.arguments): \(result.errors)")
      if let events = run.events {
        let lines = try result.errors.split(separator: "\n").map { try JSON(Data($0.utf8)) }
        let found = lines.reduce(into: Set()) { $0.formUnion(Self.paths(of: $1)) }
        #expect(found.symmetricDifference(events).isEmpty, "events of \(run.arguments)")
      }
      guard let keys = run.keys else { continue }
      let found = Self.paths(of: try JSON(result.output))
      #expect(found.subtracting(keys).isEmpty, "new keys of \(run.arguments)")
      #expect(Set(keys).subtracting(found).isEmpty, "lost keys of \(run.arguments)")
    }
  }

  @Test func `Keys that are data aren't changed`() throws {
    let directory = try TemporaryDirectory()
    let lines = ["aB", "a_b", "AB"].flatMap { kind in
      (0..<20).map { "{\"text\": \"one two three \(kind) \($0)\", \"kindOf\": \"\(kind)\"}" }
    }
    _ = try directory.write(lines.joined(separator: "\n") + "\n", to: "pool.jsonl")
    let result = try Dsel.run(
      [
        "select", "-q", "--target", "pool.jsonl", "--pool", "pool.jsonl", "--count", "10",
        "--min-tokens", "0", "--stratify", "kindOf", "--mixture", "aB=0.5,a_b=0.3,AB=0.2", "--json",
        "-o", "out.jsonl",
      ], in: directory)
    try #require(result.status == 0, "\(result.errors)")
    guard case .object(let mixture) = try JSON(result.output).settings.mixture else {
      Issue.record("no mixture")
      return
    }
    #expect(mixture == ["aB": .number(0.5), "a_b": .number(0.3), "AB": .number(0.2)])
  }

  private static func paths(of value: JSON, below path: String = "") -> Set<String> {
    switch value {
    case .object(let members):
      members.reduce(into: []) { found, member in
        let place = path.isEmpty ? member.key : "\(path).\(member.key)"
        found.insert(place)
        if !tables.contains(member.key) { found.formUnion(paths(of: member.value, below: place)) }
      }
    case .array(let elements):
      elements.reduce(into: []) { $0.formUnion(paths(of: $1, below: "\(path)[]")) }
    default: []
    }
  }
}
