import ArgumentParser

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The parser's description of a command, from its `--experimental-dump-help`.
///
/// It has the parts that a manual page and a review of the command line use.
struct CommandInfo: Decodable {
  struct Dump: Decodable {
    var command: CommandInfo
  }

  struct Argument: Decodable {
    struct Name: Decodable, Equatable {
      var kind: String
      var name: String

      /// The name as it is typed.
      var option: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    var kind: String
    var shouldDisplay: Bool
    var sectionTitle: String?
    var isOptional: Bool
    var isRepeating: Bool
    var parsingStrategy: String
    var names: [Name]?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
    var discussion: String?
  }

  var commandName: String
  var shouldDisplay: Bool?
  var abstract: String?
  var discussion: String?
  var subcommands: [CommandInfo]?
  var arguments: [Argument]?

  /// The program dsel, with the subcommands that its help shows.
  static func ofDsel() throws -> CommandInfo {
    var command = try decode(Dsel._dumpHelp())
    command.subcommands?.removeAll { $0.shouldDisplay == false || $0.commandName == "help" }
    return command
  }

  /// - Parameter dump: the parser's output.
  static func decode(_ dump: String) throws -> CommandInfo {
    try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
  }
}
