import Foundation
import TestSupport
import Testing

/// `scripts/install.sh`, the manual pages and the completions.
@Suite struct InstallTests {
  private let directory: TemporaryDirectory
  private static let script = Fixtures.projectRoot.appendingPathComponent("scripts/install.sh").path

  init() throws { directory = try TemporaryDirectory() }

  private func install(_ options: [String], destination: String = "") throws -> Dsel.Result {
    try Program.run(
      "/usr/bin/env",
      ["DESTDIR=\(destination)", Self.script, "--binary", Dsel.binary.path] + options, in: directory
    )
  }

  /// All files under the directory, as paths within it.
  private var files: [String] {
    get throws {
      let found = try Program.run("/usr/bin/find", [".", "-type", "f"], in: directory)
      return found.lines.map { String($0.dropFirst(2)) }.sorted()
    }
  }

  /// The commands that help lists.
  private func commands() throws -> [String] {
    let help = try Dsel.run(["--help"], in: directory).lines
    let start = try #require(help.firstIndex { $0.hasPrefix("SUBCOMMANDS:") })
    return help[(start + 1)...].prefix { !$0.isEmpty }.filter {
      $0.hasPrefix("  ") && !$0.hasPrefix("   ")
    }
    .map { String($0.split(separator: " ")[0]) }
  }

  @Test func `All files are installed under the prefix and removed again`() throws {
    let run = try install(["--prefix", "/opt/x"], destination: directory.path("root"))
    #expect(run.status == 0, "\(run.errors)")
    let commands = try commands()
    #expect(commands.contains("select") && !commands.contains("generate-manual"))
    let pages = (["dsel"] + commands.map { "dsel-\($0)" }).map { "share/man/man1/\($0).1" }
    let expected =
      [
        "bin/dsel", "share/bash-completion/completions/dsel",
        "share/fish/vendor_completions.d/dsel.fish", "share/zsh/site-functions/_dsel",
      ] + pages
    #expect(try files == expected.map { "root/opt/x/\($0)" }.sorted())
    let installed = try Program.run(
      directory.path("root/opt/x/bin/dsel"), ["--version"], in: directory)
    #expect(installed.status == 0 && !installed.output.isEmpty)

    let removed = try install(
      ["--prefix", "/opt/x", "--uninstall"], destination: directory.path("root"))
    #expect(removed.status == 0, "\(removed.errors)")
    #expect(try files == [])
  }

  @Test func `Each page has all options of the help, and the examples`() throws {
    for command in [nil] + (try commands()).map(Optional.some) {
      let name = (["dsel"] + (command.map { [$0] } ?? [])).joined(separator: "-")
      let page = String(
        decoding: try Dsel.run(["generate-manual", name], in: directory).output, as: UTF8.self)
      let plain = page.replacingOccurrences(of: "\\-", with: "-")
      let help = try Dsel.run((command.map { [$0] } ?? []) + ["--help"], in: directory).lines
      // An option's line of help begins with its names, two spaces in.
      let options = help.filter { $0.hasPrefix("  -") }
        .flatMap { $0.split(whereSeparator: { " ,".contains($0) }).prefix(2) }
        .filter { $0.hasPrefix("-") }
      #expect(!options.isEmpty)
      for option in options { #expect(plain.contains("\\fB\(option)\\fR"), "\(name): \(option)") }
      let examples = help.drop { $0 != "EXAMPLES:" }.filter {
        $0.contains("dsel \(command ?? "?")")
      }
      if command != nil { #expect(!examples.isEmpty, "\(name) has examples") }
      for example in examples {
        let escaped = example.trimmingCharacters(in: .whitespaces).prefix(30)
          .replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(of: "'", with: "\\(aq")
        #expect(plain.contains(escaped), "\(name): \(example)")
      }
    }
  }

  @Test func `Pages are sound roff`() throws {
    let groff = ["/usr/bin/groff", "/opt/homebrew/bin/groff"]
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    for name in try Dsel.run(["generate-manual"], in: directory).lines {
      let page = try Dsel.run(["generate-manual", name], in: directory).output
      let lines = String(decoding: page, as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      let sections = lines.filter { $0.hasPrefix(".SH ") }.map { $0.dropFirst(4) }
      #expect(sections.prefix(2) == ["\"NAME\"", "\"SYNOPSIS\""])
      #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }, "\(name) is ASCII")
      #expect(lines.count { $0 == ".nf" } == lines.count { $0 == ".fi" })
      let known = ["TH", "SH", "SS", "TP", "sp", "RS", "RE", "nf", "fi"]
      for line in lines where line.hasPrefix(".") {
        #expect(known.contains { line.dropFirst().hasPrefix($0) }, "\(line)")
      }
      if let groff {
        try directory.write(page, to: "page.1")
        let run = try Program.run(groff, ["-man", "-Tutf8", "-ww", "-z", "page.1"], in: directory)
        #expect(run.status == 0 && run.errors.isEmpty, "\(name): \(run.errors)")
      }
    }
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `Completions know the commands and their options`(shell: String) throws {
    let script = try Dsel.run(["--generate-completion-script", shell], in: directory)
    #expect(script.status == 0)
    let text = String(decoding: script.output, as: UTF8.self)
    for word in ["select", "compare", "explain", "domain-field", "target-model"] {
      #expect(text.contains(word), "\(word)")
    }
    if shell == "bash" {
      try directory.write(script.output, to: "dsel.bash")
      #expect(try Program.run("/bin/bash", ["-n", "dsel.bash"], in: directory).status == 0)
    }
  }

  private static let wrong: [([String], String)] = [
    (["--prefix"], "--prefix needs a value"),
    (["--prefix", "relative"], "must begin with a slash"),
    (["--colour"], "unknown argument '--colour'"),
  ]

  @Test(arguments: wrong)
  func `A wrong command line is refused`(options: [String], message: String) throws {
    let run = try install(options)
    #expect(run.status == 64)
    #expect(run.errors.contains(message))
    #expect(try files == [])
  }
}
