import ArgumentParser

/// `dsel generate-manual`: the manual pages, for `scripts/install.sh`.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate-manual",
    abstract: "Print a manual page, or the names of all pages.",
    shouldDisplay: false)

  @Argument(
    help: ArgumentHelp(
      "Page to print, such as dsel or dsel-select. (default: the names of all pages)"))
  var page: String?

  func run() throws {
    let dsel = try CommandInfo.ofDsel()
    var pages = [(dsel.commandName, ManualPage(dsel, parent: nil, examples: nil))]
    for command in dsel.subcommands ?? [] {
      let type = Dsel.configuration.subcommands.first {
        $0.configuration.commandName == command.commandName
      }
      pages.append(
        (
          "\(dsel.commandName)-\(command.commandName)",
          ManualPage(
            command, parent: dsel, examples: (type as? any CommandWithExamples.Type)?.examples)
        ))
    }
    guard let page else {
      for (name, _) in pages { print(name) }
      return
    }
    guard let found = pages.first(where: { $0.0 == page }) else {
      throw ValidationError("There is no page '\(page)'. Leave the name out to list all pages.")
    }
    print(found.1.text, terminator: "")
  }
}
