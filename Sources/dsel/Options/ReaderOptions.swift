import ArgumentParser
import Files
import Pipeline
import Reading

/// The commands that read files which dsel doesn't read itself.
struct ReaderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Read files whose names match GLOB from what COMMAND prints: '*.xz=xz -dc', \
      's3://*=s5cmd cat'. The name goes in place of {} or after the last word. No shell reads the \
      command, unless it is one: sh -c '…'. Can be repeated: the first that matches counts.
      """, valueName: "glob=command"))
  var reader: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "With --reader: give up after this time without a byte of output. (default: never)",
      valueName: "seconds"), transform: Count.init(parsing:))
  var readerTimeout: Count?

  @Flag(help: "With --reader: a command may print nothing.")
  var allowEmpty = false

  @Flag(
    help: """
      With --reader: keep what commands print in a temporary file, so that later passes don't start \
      them again.
      """)
  var spool = false

  func validate() throws {
    _ = try rules()
    guard reader.isEmpty else {
      guard (readerTimeout?.value ?? 1) >= 1 else {
        throw ValidationError("--reader-timeout must be at least 1 second.")
      }
      return
    }
    let others = [
      ("--reader-timeout", readerTimeout != nil), ("--allow-empty", allowEmpty), ("--spool", spool),
    ]
    if let other = others.first(where: { $0.1 })?.0 {
      throw ValidationError("\(other) needs --reader, whose commands it is about.")
    }
  }

  /// - Throws: `ValidationError`
  private func rules() throws -> [ReaderRule] {
    try reader.map { text in
      do throws(ReaderRule.Fault) { return try ReaderRule(parsing: text) } catch {
        throw ValidationError("--reader '\(text)' \(Self.message(error))")
      }
    }
  }

  private static func message(_ fault: ReaderRule.Fault) -> String {
    let example = "Write it like '*.xz=xz -dc'."
    switch fault {
    case .noSign: return "has no '='. \(example)"
    case .glob(.empty): return "has no pattern before '='. \(example)"
    case .glob(.openSet):
      return "has a '[' in its pattern that is not closed. For the character itself, write '\\['."
    case .glob(.strayBackslash):
      return "has a backslash at the end of its pattern. For the character itself, write '\\\\'."
    case .command(let fault): return message(fault, example)
    }
  }

  /// - Parameter example: of what the option's value looks like.
  static func message(_ fault: CommandWords.Fault, _ example: String) -> String {
    switch fault {
    case .empty: "has no command. \(example)"
    case .openQuote: "has a quote in its command that is not closed."
    case .strayBackslash:
      "has a backslash at the end of its command. For the character itself, write '\\\\'."
    }
  }

  var settings: ReaderSettings {
    var settings = ReaderSettings()
    settings.rules = (try? rules()) ?? []
    settings.timeout = readerTimeout?.value
    settings.allowsEmpty = allowEmpty
    settings.spools = spool
    return settings
  }
}
