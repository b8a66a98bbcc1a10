import Reporting

extension CommandLineFault {
  /// The fault, and how to correct it.
  var message: String {
    switch self {
    case .unknownCommand(let name, let nearest, let all):
      let meant =
        nearest.isEmpty
        ? "The commands are \(Format.list(all, "and"))."
        : "Did you mean \(Format.list(nearest.map { "'\($0)'" }, "or"))?"
      return "There is no command '\(name)'. \(meant)"
    case .noCommand(let option, let commands):
      return
        commands.isEmpty
        ? "\(option) is not an option of dsel. Write a command first."
        : "\(option) is an option of \(Self.commands(commands)). Write the command before it."
    case .unknownOption(let option, let command, let nearest):
      let meant = nearest.isEmpty ? "" : " Did you mean \(Format.list(nearest, "or"))?"
      return "\(option) is not an option of 'dsel \(command)'.\(meant)"
    case .optionOfOtherCommands(let option, let command, let others):
      let advice = option == "--writer" ? " Write a file, and give that to the command." : ""
      return "\(option) is an option of \(Self.commands(others)), not of 'dsel \(command)'."
        + advice
    case .wrongDash(let written, let option):
      return
        written.hasPrefix("-")
        ? "\(written) has one dash. Did you mean \(option)?"
        : "'\(written)' begins with a dash that is not a hyphen. Write \(option)."
    case .repeatedOption(let option, let values):
      let times = values.count == 2 ? "twice" : "\(values.count) times"
      let advice =
        option == "--pool-model" ? " 'dsel merge' adds several models up to one." : ""
      return "\(option) is given \(times) (\(values.joined(separator: ", "))). Give it "
        + "once.\(advice)"
    }
  }

  private static func commands(_ names: [String]) -> String {
    Format.list(names.map { "'dsel \($0)'" }, "and")
  }
}
