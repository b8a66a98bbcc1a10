import ArgumentParser
import Reporting

/// Finds faults of a command line that the parser doesn't report, or reports less well.
///
/// These are misspelt names, and repeated options that accept only one value.
///
/// All its knowledge of options comes from the parser, so it needs no list of its own.
struct CommandLineReview {
  /// The words after the program's name.
  private let arguments: [String]

  init(_ arguments: [String]) { self.arguments = arguments }

  private static var commands: [any ParsableCommand.Type] { Dsel.configuration.subcommands }

  /// The named command, if it exists.
  var command: (any ParsableCommand.Type)? {
    Self.commands.first { $0.configuration.commandName == arguments.first }
  }

  // MARK: Command lines that the parser accepts

  /// Refuses a repeated option that accepts one value. The parser would use the last one.
  ///
  /// - Throws: ``CommandLineFault``
  func refuseRepeats() throws {
    // The parser takes milliseconds to list its options, and repeats are rare.
    guard mayRepeat, let command else { return }
    let scan = ArgumentScan(arguments.dropFirst(), of: try CommandInfo.of(command))
    if let fault = repeats(scan) ?? otherDashes(scan) { throw fault }
  }

  /// False if no option can be repeated.
  ///
  /// A short name is the first letter of the long one; a test checks this.
  private var mayRepeat: Bool {
    var names: Set<String> = []
    var letters: Set<Character> = []
    var shortNames: [Character] = []
    for word in arguments where word.count > 1 {
      if Self.hasOtherDash(word) { return true }
      guard word.first == "-" else { continue }
      let name = word.prefix { $0 != "=" }
      guard names.insert(String(name)).inserted else { return true }
      if name.hasPrefix("--") {
        if let letter = name.dropFirst(2).first { letters.insert(letter) }
      } else {
        shortNames += name.dropFirst()
      }
    }
    return shortNames.count > Set(shortNames).count || shortNames.contains { letters.contains($0) }
  }

  private func repeats(_ scan: ArgumentScan) -> CommandLineFault? {
    for occurrence in scan.occurrences {
      guard let option = occurrence.option, option.kind == "option", !option.isRepeating else {
        continue
      }
      let all = scan.occurrences.filter { $0.option?.names == option.names }
      if all.count > 1 {
        return .repeatedOption(option.typedName, values: all.flatMap(\.values))
      }
    }
    return nil
  }

  /// Whether a word begins with a dash that a word processor has put in place of hyphens.
  private static func hasOtherDash(_ word: String) -> Bool {
    guard let first = word.unicodeScalars.first else { return false }
    return (0x2010...0x2015).contains(first.value) || first.value == 0x2212
  }

  private func otherDashes(_ scan: ArgumentScan) -> CommandLineFault? {
    let words = scan.occurrences.flatMap(\.values) + scan.operands
    for word in words where Self.hasOtherDash(word) && !FileList.exists(word) {
      let bare = word.drop { $0 == "-" || Self.hasOtherDash(String($0)) }.prefix { $0 != "=" }
      if let option = scan.name(of: "--\(bare)") ?? scan.name(of: "-\(bare)") {
        return .wrongDash(String(word.prefix { $0 != "=" }), option: option)
      }
    }
    return nil
  }

  // MARK: Command lines that the parser refuses

  /// The fault, if it is one that this type explains better than the parser.
  func fault() throws -> CommandLineFault? {
    guard let first = arguments.first else { return nil }
    let all = try CommandInfo.ofDsel()
    let commands = all.subcommands ?? []
    guard let command else {
      let word = first == "help" ? arguments.dropFirst().first : first
      guard let word, !commands.contains(where: { $0.commandName == word }) else { return nil }
      if word.hasPrefix("-") {
        let name = String(word.prefix { $0 != "=" })
        let root = ArgumentScan([], of: all)
        if root.name(of: name) != nil || Self.isBuiltIn(name) { return nil }
        if let option = root.name(of: "-\(name)") { return .wrongDash(name, option: option) }
        return .noCommand(option: name, commands: Self.names(commands, having: name))
      }
      let names = commands.map(\.commandName)
      return .unknownCommand(
        word, nearest: EditDistance.nearest(to: word, among: names), all: names)
    }
    let info = try CommandInfo.of(command)
    let scan = ArgumentScan(arguments.dropFirst(), of: info)
    let unknown = scan.occurrences.first { $0.option == nil && !Self.isBuiltIn($0.written) }
    if let unknown { return Self.fault(of: unknown.written, info, scan, commands) }
    return repeats(scan) ?? otherDashes(scan)
  }

  /// Names that other tools have for the number of documents.
  private static let otherNamesOfCount: Set<String> = [
    "n", "k", "num", "number", "num-docs", "num-samples", "num-to-sample", "size", "limit",
    "samples",
  ]

  private static func fault(
    of written: String, _ command: CommandInfo, _ scan: ArgumentScan, _ commands: [CommandInfo]
  ) -> CommandLineFault? {
    if !written.hasPrefix("--") {
      // A negative number where the parser expects no negative number.
      if Double(written) != nil { return nil }
      if let name = scan.name(of: "-\(written)") { return .wrongDash(written, option: name) }
    }
    let others = names(commands, having: written)
    if !others.isEmpty {
      return .optionOfOtherCommands(written, command: command.commandName, others: others)
    }
    let bare = String(written.drop { $0 == "-" })
    let names = command.longNames
    var nearest = EditDistance.nearest(to: bare, among: names).map { "--\($0)" }
    if names.contains("count"), otherNamesOfCount.contains(bare.lowercased()) {
      nearest = ["--count"]
    }
    return .unknownOption(written, command: command.commandName, nearest: nearest)
  }

  private static func names(_ commands: [CommandInfo], having option: String) -> [String] {
    commands.filter { command in
      command.arguments?.contains { $0.names?.contains { $0.option == option } ?? false } ?? false
    }.map(\.commandName)
  }

  /// Options that the parser adds to every command.
  private static func isBuiltIn(_ word: String) -> Bool {
    [
      "-h", "--help", "--help-hidden", "--version", "--experimental-dump-help",
      "--generate-completion-script",
    ].contains(word)
  }

  /// The end of a message, as the parser's own messages have it.
  var usage: String {
    let usage = command.map { Dsel.usageString(for: $0) } ?? Dsel.usageString()
    return "Usage: \(usage)\n  See '\(helpCommand)' for more information."
  }

  /// The command that shows the options.
  var helpCommand: String {
    (command?.configuration.commandName).map { "dsel \($0) --help" } ?? "dsel --help"
  }

  /// Whether errors are to be JSON: the option is among the words, wherever the fault is.
  var asksForJSON: Bool { arguments.prefix { $0 != "--" }.contains("--json") }
}

extension ArgumentScan {
  /// The name as it is typed, if the command has such an option.
  func name(of option: String) -> String? { isKnown(option) ? option : nil }
}

extension CommandInfo {
  /// A command without arguments.
  static func of(_ command: any ParsableCommand.Type) throws -> CommandInfo {
    try decode(command._dumpHelp())
  }

  /// The names that help shows, without their dashes.
  fileprivate var longNames: [String] {
    (arguments ?? []).filter(\.shouldDisplay)
      .flatMap { $0.names ?? [] }.filter { $0.kind == "long" }.map(\.name)
  }
}

extension CommandInfo.Argument {
  /// The long name, if there is one.
  var typedName: String {
    let names = names ?? []
    return (names.first { $0.kind == "long" } ?? names.first)?.option ?? ""
  }
}
