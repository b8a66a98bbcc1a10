internal import Platform
internal import Reading
internal import Writing

/// Commands that read or write files, and failed.
extension ErrorMessage {
  static func reader(_ path: String, _ fault: ReaderFault) -> String {
    let command = "\(path): the reader command '\(fault.command)'"
    let look = said(fault.lastLines)
    switch fault.kind {
    case .notStarted(let code):
      return "\(command) can't be started: \(reason(code)). \(startAdvice)"
    case .status(let status):
      return
        "\(command) failed with exit status \(status), so nothing that it printed is used. \(look)"
    case .signal(let number):
      return
        "\(command) was ended by signal \(number), so nothing that it printed is used. \(look)"
    case .silence(let seconds):
      return
        "\(command) printed nothing for \(Format.count(seconds, "second")), and did not end. Raise "
        + "--reader-timeout if it may take longer. \(look)"
    case .empty:
      return
        "\(command) printed nothing. If the file may be empty, add --allow-empty. \(look)"
    case .otherContent(let before, let now):
      let sizes =
        before == now ? "" : " (\(Format.count(now)), and \(Format.count(before)) before)"
      return
        "\(command) printed other bytes than in an earlier pass\(sizes). Run again when "
        + "nothing changes the file, or add --spool, which keeps what the first pass got."
    }
  }

  static func writer(_ fault: WriterFault) -> String {
    let command = "\(fault.name.map { "\($0): " } ?? "")the writer command '\(fault.command)'"
    let kept =
      fault.keptPath.map {
        "The whole output is kept in \(ShellWord.quoted($0)): give it to the command from there "
          + "(< \(ShellWord.quoted($0))), and then remove it."
      } ?? "The output could not be kept. Run again: the same --seed selects the same documents."
    switch fault.kind {
    case .notStarted(let code):
      return "\(command) can't be started: \(reason(code)). \(kept) \(startAdvice)"
    case .status(let status):
      return "\(command) failed with exit status \(status). \(kept) \(said(fault.lastLines))"
    case .signal(let number):
      return "\(command) was ended by signal \(number). \(kept) \(said(fault.lastLines))"
    case .unread(let read, let whole):
      return
        "\(command) ended well, but has read only \(Format.count(read)) of "
        + "\(Format.count(whole, "byte")) of its standard input. \(kept) A command that opens "
        + "/dev/stdin itself needs a pipe: sh -c 'cat | …'."
    }
  }

  private static func reason(_ code: Int32) -> String {
    SystemError(.startProgram, "", code: code).reason.lowercasedFirst
  }

  static let startAdvice =
    "Check the name of the program, and that it is installed. Pipes and other words of a shell need "
    + "one: sh -c '…'."

  static func said(_ lines: [String]) -> String {
    lines.isEmpty
      ? "Run the command alone to see why: it wrote nothing to standard error."
      : "Its last \(lines.count == 1 ? "line" : "lines"): '\(lines.joined(separator: " | "))'."
  }
}
