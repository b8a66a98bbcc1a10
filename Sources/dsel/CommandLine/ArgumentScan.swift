/// The words of a command line after the command's name: options with their values, and operands.
///
/// It divides them as the parser does.
struct ArgumentScan {
  /// A word that begins with a dash, and is not a value.
  struct Occurrence {
    /// The name without a value in the same word.
    var written: String
    /// nil if the command has no such option.
    var option: CommandInfo.Argument?
    var values: [String] = []
  }

  private(set) var occurrences: [Occurrence] = []
  private(set) var operands: [String] = []

  private let known: [String: CommandInfo.Argument]

  init(_ arguments: some Collection<String>, of command: CommandInfo) {
    var known: [String: CommandInfo.Argument] = [:]
    for argument in command.arguments ?? [] {
      for name in argument.names ?? [] { known[name.option] = argument }
    }
    self.known = known
    // Such a command has words of another command behind its own options.
    let takesRest = (command.arguments ?? []).contains {
      $0.kind == "positional" && $0.parsingStrategy == "allRemainingInput"
    }
    var rest = Array(arguments)[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      }
      guard Self.isOption(word) else {
        operands.append(word)
        guard !takesRest else {
          operands += rest
          return
        }
        continue
      }
      take(word, &rest)
    }
  }

  func isKnown(_ option: String) -> Bool { known[option] != nil }

  /// `-` alone is standard input.
  private static func isOption(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" }

  private mutating func take(_ word: String, _ rest: inout ArraySlice<String>) {
    var value: String?
    var name = word
    if let sign = word.firstIndex(of: "=") {
      name = String(word[..<sign])
      value = String(word[word.index(after: sign)...])
    }
    var written = [name]
    // One word may hold several short names, of which the last may have a value.
    if known[name] == nil, !name.hasPrefix("--") {
      let letters = name.dropFirst().map { "-\($0)" }
      if letters.allSatisfy({ known[$0] != nil }) { written = letters }
    }
    for (index, name) in written.enumerated() {
      var occurrence = Occurrence(written: name, option: known[name])
      if index == written.count - 1, let option = occurrence.option, option.kind == "option" {
        occurrence.values = values(of: option, inWord: value, &rest)
      }
      occurrences.append(occurrence)
    }
  }

  private func values(
    of option: CommandInfo.Argument, inWord value: String?, _ rest: inout ArraySlice<String>
  ) -> [String] {
    var values = value.map { [$0] } ?? []
    switch option.parsingStrategy {
    case "upToNextOption":
      while let next = rest.first, !Self.isOption(next) {
        values.append(next)
        rest.removeFirst()
      }
    case "unconditional":
      if values.isEmpty, let next = rest.first, next != "--" {
        values.append(next)
        rest.removeFirst()
      }
    default:
      if values.isEmpty, let next = rest.first, !Self.isOption(next) {
        values.append(next)
        rest.removeFirst()
      }
    }
    return values
  }
}
