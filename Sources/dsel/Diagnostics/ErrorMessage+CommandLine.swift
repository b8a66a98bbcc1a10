/// What is said of command lines that name no option or command that there is, or one too often.
extension ErrorMessage {
  init(_ fault: CommandLineFault) {
    switch fault {
    case .unknownCommand(let name, let nearest, let all):
      let meant =
        nearest.isEmpty
        ? "The commands are \(Self.list(all, "and"))."
        : "Did you mean \(Self.list(nearest.map { "'\($0)'" }, "or"))?"
      text = "There is no command '\(name)'. \(meant)"
    case .noCommand(let option, let commands):
      text =
        commands.isEmpty
        ? "\(option) is no option of dsel, and no command comes before it."
        : "No command comes before \(option). It is an option of \(Self.commands(commands))."
    case .unknownOption(let option, let command, let nearest):
      let meant = nearest.isEmpty ? "" : " Did you mean \(Self.list(nearest, "or"))?"
      text = "\(option) is no option of 'dsel \(command)'.\(meant)"
    case .optionOfOtherCommands(let option, let command, let others):
      text = "\(option) is an option of \(Self.commands(others)), and none of 'dsel \(command)'."
    case .wrongDash(let written, let option):
      text =
        written.hasPrefix("-")
        ? "\(written) has one dash. Did you mean \(option)?"
        : "'\(written)' begins with a dash that is no hyphen. Write \(option)."
    case .repeatedOption(let option, let values):
      let times = values.count == 2 ? "twice" : "\(values.count) times"
      let advice =
        option == "--pool-model" ? " 'dsel merge' makes one model of several." : ""
      text = "\(option) is given \(times) (\(Self.list(values))). Give it once.\(advice)"
    }
  }

  private static func commands(_ names: [String]) -> String {
    list(names.map { "'dsel \($0)'" }, "and")
  }

  /// `a, b and c`, or without a word `a, b, c`.
  private static func list(_ words: [String], _ last: String? = nil) -> String {
    guard let last, let end = words.last, words.count > 1 else {
      return words.joined(separator: ", ")
    }
    return "\(words.dropLast().joined(separator: ", ")) \(last) \(end)"
  }
}
