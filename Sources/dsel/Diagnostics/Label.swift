import Files

/// The word before a note or a warning, coloured on a terminal.
enum Label: String {
  case note, warning

  /// The word with its colon and a blank.
  var text: String {
    guard Self.hasColors else { return "\(rawValue): " }
    let color =
      switch self {
      case .note: 36
      case .warning: 33
      }
    return "\u{1B}[1;\(color)m\(rawValue):\u{1B}[0m "
  }

  private static var hasColors: Bool { hasColors(File.standardError()) }

  /// Whether a file shows colours: it is a terminal that can, and the user hasn't asked for none by
  /// `NO_COLOR` (no-color.org).
  static func hasColors(_ file: borrowing File) -> Bool {
    file.isTerminal && FileName.environment("TERM") != "dumb"
      && FileName.environment("NO_COLOR")?.isEmpty != false
  }
}
