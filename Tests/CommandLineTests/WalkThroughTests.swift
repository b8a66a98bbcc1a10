import Foundation
import TestSupport
import Testing

/// The commands in README, the walkthrough and the recipes print the output on those pages.
///
/// Commands are in fenced blocks of `console`. Each follows `$ `, and goes on while its lines end
/// in `\`. The lines after it are its whole output, from both streams, where `…` stands for text
/// that may vary: timings, threads, the last digits of a number. A line with nothing but `…` stands
/// for any number of lines.
@Suite struct WalkThroughTests {
  struct Step: Sendable, CustomTestStringConvertible {
    var command: String
    /// Lines of the page.
    var output: [String] = []
    var testDescription: String { command }
  }

  @Test(arguments: [
    ("README.md", 3, 2), (walk, 15, 10), ("Documentation/Recipes.md", 6, 4),
  ])
  func `The commands of a page print the output that it shows`(
    page: String, fewestCommands: Int, fewestOutputs: Int
  ) throws {
    let steps = try Self.steps(ofPage: page)
    try #require(steps.count > fewestCommands)
    #expect(steps.count { !$0.output.isEmpty } > fewestOutputs)
    let runs = try Self.run(steps.map(\.command))
    for (step, run) in zip(steps, runs) {
      #expect(run.status == 0, "\(step.command)\n\(run.output.joined(separator: "\n"))")
      #expect(
        Self.matches(run.output[...], step.output[...]),
        "\(step.command)\n\(run.output.joined(separator: "\n"))")
    }
    try #require(runs.count == steps.count)
  }

  @Test(arguments: ["select", "fit", "merge", "weigh", "resample", "compare", "explain"])
  func `The walkthrough uses every command`(command: String) throws {
    #expect(try Self.steps(ofPage: Self.walk).contains { $0.command.contains("dsel \(command) ") })
  }

  // MARK: Tests of the comparison

  @Test func `Commands and their outputs are separated`() {
    let steps = Self.steps(
      """
      # Text
      $ not fenced
      ```console
      $ one \\
          more
      a
        b
      $ two
      ```
      ```
      $ another kind of block
      ```
      """)
    #expect(steps.map(\.command) == ["one \\\n    more", "two"])
    #expect(steps.map(\.output) == [["a", "  b"], []])
  }

  @Test(arguments: [
    (["in 1.23 s: 4 MB/s"], ["in … s: … MB/s"], true), (["in 1.23 s"], ["in … min"], false),
    (["-66.604"], ["-66.6…"], true), (["-66.704"], ["-66.6…"], false), (["a"], [], false),
    ([], ["a"], false), (["a", "b", "c"], ["a", "…", "c"], true),
    (["a", "c"], ["a", "…", "c"], true),
    (["a", "b"], ["a", "…", "c"], false), (["a", "b"], ["a", "…"], true), (["ab"], ["a…ab"], false),
  ])
  func `Only an ellipsis stands for varying text`(
    output: [String], stated: [String], matches: Bool
  ) {
    #expect(Self.matches(output[...], stated[...]) == matches)
  }

  @Test func `A command that fails, or prints something else, is detected`() throws {
    let runs = try Self.run(["cd /", "pwd", "false", "echo a; echo b >&2"])
    #expect(runs.map(\.status) == [0, 0, 1, 0])
    #expect(runs.map(\.output) == [[], ["/"], [], ["a", "b"]])
  }

  // MARK: Running

  private static let walk = "Documentation/Walkthrough.md"

  private static func steps(ofPage page: String) throws -> [Step] {
    let url = Fixtures.projectRoot.appendingPathComponent(page)
    return steps(try String(contentsOf: url, encoding: .utf8))
  }

  static func steps(_ text: String) -> [Step] {
    var steps: [Step] = []
    var isInside = false
    for line in text.components(separatedBy: "\n") {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if isInside, let last = steps.indices.last {
        if steps[last].output.isEmpty, steps[last].command.hasSuffix("\\") {
          steps[last].command += "\n\(line)"
        } else {
          steps[last].output.append(line)
        }
      }
    }
    return steps
  }

  /// Runs commands in one shell, in a fresh directory that has the project's `Fixtures`.
  ///
  /// - Returns: the output and the exit status of each.
  private static func run(
    _ commands: [String]
  ) throws -> [(output: [String], status: Int)] {
    let directory = try TemporaryDirectory()
    try FileManager.default.createSymbolicLink(
      at: directory.url.appendingPathComponent("Fixtures"),
      withDestinationURL: Fixtures.projectRoot.appendingPathComponent("Fixtures"))
    // The last word ends each command's output, and reports its status.
    let mark = "--- \(UUID().uuidString)"
    let script = commands.map { "\($0)\necho '\(mark)' $?\n" }.joined()
    let run = try Program.shell(
      "PATH=$(dirname \"$0\"):$PATH LC_ALL=C; export PATH LC_ALL; exec 2>&1\n\(script)",
      in: directory)
    var runs: [(output: [String], status: Int)] = []
    var output: [String] = []
    for line in run.lines {
      if line.hasPrefix(mark) {
        runs.append((output, Int(line.dropFirst(mark.count + 1)) ?? -1))
        output = []
      } else {
        output.append(line)
      }
    }
    return runs
  }

  static func matches(_ output: ArraySlice<String>, _ stated: ArraySlice<String>) -> Bool {
    guard let first = stated.first else { return output.isEmpty }
    if first == "…" {
      return (output.startIndex...output.endIndex).contains {
        matches(output[$0...], stated.dropFirst())
      }
    }
    guard let line = output.first, matches(line, first) else { return false }
    return matches(output.dropFirst(), stated.dropFirst())
  }

  /// Whether the parts between ellipses occur in the line in this order.
  ///
  /// The first and last part must be at its ends.
  private static func matches(_ line: String, _ stated: String) -> Bool {
    let parts = stated.components(separatedBy: "…")
    guard parts.count > 1 else { return line == stated }
    guard line.hasPrefix(parts[0]) else { return false }
    var rest = line.dropFirst(parts[0].count)
    for part in parts[1..<(parts.count - 1)] {
      guard let range = rest.range(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.hasSuffix(parts[parts.count - 1])
  }
}
