package import Files

/// Which files a command reads, and the command: `*.xz=xz -dc`.
package struct ReaderRule: Equatable, Sendable, Codable {
  package enum Fault: Error, Equatable {
    case noSign
    case glob(NameGlob.Fault)
    case command(CommandWords.Fault)
  }

  package let glob: NameGlob
  package let command: CommandWords

  /// - Throws: ``Fault``
  package init(parsing text: String) throws(Fault) {
    guard let sign = Self.sign(in: text) else { throw .noSign }
    do throws(NameGlob.Fault) { glob = try NameGlob(parsing: String(text[..<sign])) } catch {
      throw .glob(error)
    }
    do throws(CommandWords.Fault) {
      command = try CommandWords(parsing: String(text[text.utf8.index(after: sign)...]))
    } catch {
      throw .command(error)
    }
  }

  /// The first `=` that the glob doesn't need: a backslash goes before others.
  private static func sign(in text: String) -> String.Index? {
    var isEscaped = false
    for index in text.utf8.indices {
      switch text.utf8[index] {
      case _ where isEscaped: isEscaped = false
      case UInt8(ascii: "\\"): isEscaped = true
      case UInt8(ascii: "="): return index
      default: break
      }
    }
    return nil
  }

  package init(from decoder: any Decoder) throws {
    self = try ReaderRule(parsing: decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode("\(glob.text)=\(command.text)")
  }
}

/// The commands that read files of documents, and how.
package struct ReaderSettings: Equatable, Sendable, Codable {
  /// The first one that fits a name reads the file.
  package var rules: [ReaderRule] = []
  /// The longest time without output, in seconds; nil for any.
  package var timeout: Int?
  /// Whether a command may give nothing.
  package var allowsEmpty = false
  /// Whether what commands give is kept on the disk until the end of the run.
  package var spools = false

  package init() {}

  /// The rule for a name; nil for a file that dsel opens itself.
  package func rule(for name: String) -> ReaderRule? {
    rules.first { $0.glob.matches(name) }
  }
}
