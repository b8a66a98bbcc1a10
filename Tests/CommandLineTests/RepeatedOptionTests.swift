import Foundation
import TestSupport
import Testing

/// A single-value option can't be given twice: which of its values counts would be a guess.
@Suite struct RepeatedOptionTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let commands = [
    "select", "fit", "merge", "weigh", "resample", "compare", "explain", "show",
  ]

  /// The parser's list of a command's options.
  private func arguments(_ command: String) throws -> [JSON] {
    let dump = try Dsel.run([command, "--experimental-dump-help"], in: directory)
    return try JSON(dump.output).command.arguments.elements
  }

  private func refused(_ arguments: [String], _ message: String) throws {
    let run = try Dsel.run(arguments, in: directory)
    #expect(run.status == 64, "\(arguments)")
    #expect(run.errors.contains("Error: \(message)\n"), "\(arguments): \(run.errors)")
    #expect(run.output.isEmpty && directory.names == [])
  }

  @Test(arguments: commands)
  func `Each option with one value is refused when it is given twice`(command: String) throws {
    let options = try arguments(command).filter {
      $0.kind.string == "option" && $0.isRepeating.bool == false
    }
    #expect(!options.isEmpty)
    for option in options {
      let name = "--\(option.preferredName.name.string ?? "")"
      let advice =
        name == "--pool-model" ? " 'dsel merge' adds several models up to one." : ""
      try refused(
        [command, name, "1", "\(name)=2"], "\(name) is given twice (1, 2). Give it once.\(advice)")
    }
  }

  /// Runs a valid command line, so that the refusal isn't the parser's own.
  @Test(arguments: [
    (["--text-field", "a", "--text-field", "b"], "--text-field is given twice (a, b)"),
    (["--count", "5", "--count=6"], "--count is given twice (5, 6)"),
    (["--seed", "1", "--quiet", "--seed", "1"], "--seed is given twice (1, 1)"),
    (["-o", "x", "--output", "y"], "--output is given twice (x, y)"),
    (["--output=x", "-o", "y"], "--output is given twice (x, y)"),
    (["-qo", "x", "-o", "y"], "--output is given twice (x, y)"),
    (["--count", "1", "--count", "2", "--count", "3"], "--count is given 3 times (1, 2, 3)"),
  ])
  func `Repeated valid values are refused`(options: [String], message: String) throws {
    let run = try Dsel.select(options, in: directory)
    #expect(run.status == 64)
    #expect(
      run.errors.contains("Error: \(message). Give it once.\nUsage: dsel select"), "\(run.errors)")
    #expect(run.output.isEmpty && directory.names == [])
  }

  @Test func `A switch may be repeated, and a value may look like an option`() throws {
    #expect(
      try Dsel.select(["--count", "2", "-q", "--quiet", "--top-k", "--top-k"], in: directory).errors
        == "")
    // Values of another option, and words after --.
    try directory.write("{\"text\":\"a\",\"q\":1}\n", to: "--count")
    let arguments = ["resample", "--field", "q", "--field", "q", "--field-scale", "-1"]
    let run = try Dsel.run(
      arguments + ["--field-scale", "-1", "--count", "1", "-q", "--", "--count"], in: directory)
    #expect(run.status == 0 && run.output.lines == ["{\"text\":\"a\",\"q\":1}"], "\(run.errors)")
  }

  /// The quick check before the parser's relies on this. Switches may be repeated.
  @Test func `A short name is the first letter of the long one`() throws {
    for command in Self.commands {
      for argument in try arguments(command) where argument.kind.string == "option" {
        let names = argument.names.elements
        let short = names.filter { $0.kind.string == "short" }.compactMap(\.name.string)
        let long = names.filter { $0.kind.string == "long" }.compactMap(\.name.string)
        for name in short { #expect(long.contains { $0.hasPrefix(name) }, "\(command) -\(name)") }
      }
    }
  }
}
