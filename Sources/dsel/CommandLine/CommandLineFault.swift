/// What is wrong with a command line before any value is looked at.
enum CommandLineFault: Error, Equatable {
  /// - Parameter nearest: the commands that may have been meant.
  case unknownCommand(String, nearest: [String], all: [String])
  /// An option comes before any command.
  ///
  /// - Parameter commands: those that have it.
  case noCommand(option: String, commands: [String])
  /// - Parameter nearest: the options of the command that may have been meant.
  case unknownOption(String, command: String, nearest: [String])
  case optionOfOtherCommands(String, command: String, others: [String])
  /// An option with one dash for two, or with a dash of another kind.
  case wrongDash(String, option: String)
  /// An option that counts once is given several times.
  case repeatedOption(String, values: [String])
}
