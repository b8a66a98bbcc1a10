/// A manual page of section 1, in the macros of man(7), made from the parser's command description.
struct ManualPage {
  let text: String

  /// - Parameters:
  /// - parent: the command that has this one as a subcommand.
  /// - examples: in the form of ``CommandWithExamples``.
  init(_ command: CommandInfo, parent: CommandInfo?, examples: String?) {
    let words = [parent?.commandName, command.commandName].compactMap { $0 }
    let name = words.joined(separator: "-")
    var page = Page()
    page.macro("TH", [name.uppercased(), "1", "", "dsel \(Dsel.version)", "User Commands"])
    page.macro("SH", ["NAME"])
    let abstract = command.abstract ?? ""
    page.line("\(name) - \(abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract)")
    page.macro("SH", ["SYNOPSIS"])
    page.add("\\fB\(Page.escaped(words.joined(separator: " ")))\\fR \(Self.synopsis(command))")
    if let discussion = command.discussion {
      page.macro("SH", ["DESCRIPTION"])
      page.paragraphs(discussion)
    }
    if let subcommands = command.subcommands, !subcommands.isEmpty {
      page.macro("SH", ["COMMANDS"])
      for subcommand in subcommands {
        page.macro("TP")
        page.add("\\fB\(Page.escaped("\(name)-\(subcommand.commandName)"))\\fR(1)")
        page.line(subcommand.abstract ?? "")
      }
    }
    Self.options(command, in: &page)
    if let examples {
      page.macro("SH", ["EXAMPLES"])
      page.paragraphs(examples)
    }
    page.macro("SH", ["EXIT STATUS"])
    page.line("0 success, 1 failure, 64 wrong command line.")
    page.macro("SH", ["SEE ALSO"])
    let others = parent?.subcommands?.filter { $0.commandName != command.commandName } ?? []
    let names =
      parent.map { parent in
        [parent.commandName] + others.map { "\(parent.commandName)-\($0.commandName)" }
      } ?? (command.subcommands ?? []).map { "\(name)-\($0.commandName)" }
    page.add(names.map { "\\fB\(Page.escaped($0))\\fR(1)" }.joined(separator: ",\n"))
    text = page.text
  }

  private static func synopsis(_ command: CommandInfo) -> String {
    if command.subcommands?.isEmpty == false { return "\\fIcommand\\fR [\\fIoptions\\fR]" }
    let positional = (command.arguments ?? []).filter {
      $0.kind == "positional" && $0.shouldDisplay
    }
    .map { argument in
      let name = "\\fI\(Page.escaped(argument.valueName ?? "file"))\\fR"
      let repeated = argument.isRepeating ? "\(name) ..." : name
      return argument.isOptional ? "[\(repeated)]" : repeated
    }
    return (["[\\fIoptions\\fR]"] + positional).joined(separator: " ")
  }

  /// The arguments, under the titles of the help.
  private static func options(_ command: CommandInfo, in page: inout Page) {
    let arguments = (command.arguments ?? []).filter(\.shouldDisplay)
    var titles: [String] = []
    for argument in arguments {
      let title = title(argument)
      if !titles.contains(title) { titles.append(title) }
    }
    page.macro("SH", ["OPTIONS"])
    for title in titles {
      if titles.count > 1 { page.macro("SS", [title]) }
      for argument in arguments where self.title(argument) == title {
        page.macro("TP")
        page.add(heading(argument))
        page.paragraphs(text(argument))
      }
    }
  }

  private static func title(_ argument: CommandInfo.Argument) -> String {
    argument.sectionTitle ?? (argument.kind == "positional" ? "Arguments" : "Options")
  }

  private static func heading(_ argument: CommandInfo.Argument) -> String {
    let value = argument.valueName.map { "\\fI\(Page.escaped($0))\\fR" } ?? ""
    let repeated = argument.isRepeating ? " ..." : ""
    guard argument.kind != "positional" else { return value + repeated }
    // Short names first, as is usual.
    let names = (argument.names ?? []).sorted { $0.kind != "long" && $1.kind == "long" }
      .map { "\\fB\(Page.escaped($0.option))\\fR" }.joined(separator: ", ")
    return argument.kind == "flag" ? names : "\(names) \(value)\(repeated)"
  }

  private static func text(_ argument: CommandInfo.Argument) -> String {
    var facts: [String] = []
    if let values = argument.allValues, !values.isEmpty {
      facts.append("values: \(values.joined(separator: ", "))")
    }
    if let value = argument.defaultValue { facts.append("default: \(value)") }
    let tail = facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))"
    return [(argument.abstract ?? "") + tail, argument.discussion].compactMap { $0 }
      .joined(separator: "\n\n")
  }

  /// The source of a page.
  private struct Page {
    private(set) var text = ""

    mutating func macro(_ name: String, _ arguments: [String] = []) {
      let quoted = arguments.map { "\"\(Self.escaped($0).replacing("\"", with: "\\(dq"))\"" }
      text += ([".\(name)"] + quoted).joined(separator: " ") + "\n"
    }

    /// Adds roff source unchanged.
    mutating func add(_ roff: String) { text += roff + "\n" }

    mutating func line(_ plain: String) {
      let escaped = Self.escaped(plain)
      // A leading dot or apostrophe would begin a request.
      let isControl = escaped.hasPrefix(".") || escaped.hasPrefix("'")
      text += (isControl ? "\\&" : "") + escaped + "\n"
    }

    /// Adds text.
    ///
    /// Blank lines separate paragraphs, and lines that begin with two spaces stay as they are.
    mutating func paragraphs(_ plain: String) {
      var isVerbatim = false
      var isFirst = true
      for line in plain.split(separator: "\n", omittingEmptySubsequences: false) {
        let isIndented = line.hasPrefix("  ")
        if isIndented != isVerbatim, !line.isEmpty {
          add(isIndented ? ".sp\n.RS 4\n.nf" : ".fi\n.RE")
          isVerbatim = isIndented
        }
        if line.isEmpty {
          if !isFirst { add(isVerbatim ? ".fi\n.RE\n.sp" : ".sp") }
          isVerbatim = false
        } else {
          self.line(isIndented ? String(line.dropFirst(2)) : String(line))
        }
        isFirst = false
      }
      if isVerbatim { add(".fi\n.RE") }
    }

    /// Text that roff prints literally: a hyphen stays one that can be searched for and copied.
    static func escaped(_ plain: String) -> String {
      var result = ""
      for scalar in plain.unicodeScalars {
        switch scalar {
        case "\\": result += "\\e"
        case "-": result += "\\-"
        case "'": result += "\\(aq"
        case "`": result += "\\(ga"
        case "^": result += "\\(ha"
        case "~": result += "\\(ti"
        default:
          if scalar.isASCII {
            result.unicodeScalars.append(scalar)
          } else {
            let digits = String(scalar.value, radix: 16, uppercase: true)
            result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
          }
        }
      }
      return result
    }
  }
}
