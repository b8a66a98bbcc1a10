/// A fault of a command line that is found before any value is read.
enum CommandLineFault: Error, Equatable {
  /// - Parameter nearest: similar commands, one of which may be meant.
  case unknownCommand(String, nearest: [String], all: [String])
  /// An option comes before any command.
  ///
  /// - Parameter commands: the commands that have it.
  case noCommand(option: String, commands: [String])
  /// - Parameter nearest: similar options of the command, one of which may be meant.
  case unknownOption(String, command: String, nearest: [String])
  case optionOfOtherCommands(String, command: String, others: [String])
  /// An option with one dash instead of two, or with a dash of another kind.
  case wrongDash(String, option: String)
  /// A single-value option that is given several times.
  case repeatedOption(String, values: [String])
}
