/// A program and its arguments, as a user writes them in one string.
///
///     let words = try CommandWords(parsing: "sh -c 'xz -dc \"$1\"' sh {}")
///     words.filled(with: "a b.xz")   // sh, -c, xz -dc "$1", sh, a b.xz
///
/// Blanks separate words. What stands in '…' is taken as it is; in "…", a backslash goes before
/// `"` and `\`; elsewhere it goes before any character. Nothing else has a meaning, since no shell
/// reads it: no variables, no pipes, no patterns.
package struct CommandWords: Equatable, Sendable, Codable {
  package enum Fault: Error, Equatable {
    case empty
    case openQuote
    case strayBackslash
  }

  /// Stands for the name of the file, as often as it is there.
  private static let place = Array("{}".utf8)

  /// As the user wrote it.
  package let text: String
  package let words: [String]

  /// - Throws: ``Fault``
  package init(parsing text: String) throws(Fault) {
    self.text = text
    var words: [String] = []
    // nil between words: "" is a word, too.
    var word: [UInt8]?
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        if let word { words.append(String(decoding: word, as: UTF8.self)) }
        word = nil
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        word = (word ?? []) + (try Self.quoted(by: byte, &rest))
      case UInt8(ascii: "\\"):
        guard let next = rest.popFirst() else { throw .strayBackslash }
        word = (word ?? []) + [next]
      default: word = (word ?? []) + [byte]
      }
    }
    if let word { words.append(String(decoding: word, as: UTF8.self)) }
    guard words.first?.isEmpty == false else { throw .empty }
    self.words = words
  }

  package init(from decoder: any Decoder) throws {
    self = try CommandWords(parsing: decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// The rest of a quoted part, up to the quote that ends it.
  private static func quoted(
    by quote: UInt8, _ rest: inout ArraySlice<UInt8>
  ) throws(Fault) -> [UInt8] {
    var part: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == quote { return part }
      let isEscape =
        byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"")
        && (rest.first == quote || rest.first == byte)
      if isEscape, let next = rest.popFirst() { part.append(next) } else { part.append(byte) }
    }
    throw .openQuote
  }

  /// Whether a `{}` shows where the name belongs.
  package var hasPlace: Bool { words.contains { Self.parts($0).count > 1 } }

  /// Whether the words are a shell's script that can't know the name: `sh -c 'cat > FILE' sh`.
  ///
  /// Of `$`, only those count that a script reads its arguments by.
  package var isScriptWithoutName: Bool {
    let program = String(words[0].split(separator: "/").last ?? "")
    guard ["sh", "bash", "dash", "ash", "ksh", "zsh"].contains(program),
      let option = words.dropFirst().firstIndex(where: {
        $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.hasSuffix("c")
      }),
      option + 1 < words.count
    else { return false }
    let script = words[option + 1]
    let usesName = zip(script.utf8, script.utf8.dropFirst()).contains { byte, next in
      byte == UInt8(ascii: "$") && "0123456789@*{".utf8.contains(next)
    }
    return !usesName && Self.parts(script).count == 1
  }

  /// The words with a name in each `{}`, or after the last word if there is none.
  ///
  /// - Parameter name: nil for none; then the words are left as they are.
  package func filled(with name: String?) -> [String] {
    guard let name else { return words }
    // Else a program would take it for an option.
    let argument = name.utf8.first == UInt8(ascii: "-") ? "./\(name)" : name
    guard hasPlace else { return words + [argument] }
    return words.map { Self.parts($0).joined(separator: argument) }
  }

  private static func parts(_ word: String) -> [String] {
    let bytes = Array(word.utf8)
    var parts: [String] = []
    var (start, next) = (0, 0)
    while next + place.count <= bytes.count {
      if Array(bytes[next..<next + place.count]) == place {
        parts.append(String(decoding: bytes[start..<next], as: UTF8.self))
        next += place.count
        start = next
      } else {
        next += 1
      }
    }
    return parts + [String(decoding: bytes[start...], as: UTF8.self)]
  }
}
