/// Numbers of things.
extension Format {
  /// `1 document`, `2,000 documents`.
  ///
  /// - Parameter noun: in the singular; its plural takes an s.
  package static func count(_ value: Int, _ noun: String) -> String {
    "\(count(value)) \(value == 1 ? noun : noun + "s")"
  }

  /// The same where only the plural is known, as manifests have it for units.
  static func count(_ value: Int, unit plural: String) -> String {
    let isPlural = value != 1 || !plural.hasSuffix("s")
    return "\(count(value)) \(isPlural ? plural : String(plural.dropLast()))"
  }

  /// A place in an order: `1st`, `12,345th`.
  package static func ordinal(_ value: Int) -> String {
    let isTeen = (11...13).contains(value % 100)
    let ending =
      switch value % 10 {
      case 1 where !isTeen: "st"
      case 2 where !isTeen: "nd"
      case 3 where !isTeen: "rd"
      default: "th"
      }
    return count(value) + ending
  }

  /// A number of tokens: of dsel's own, which are mostly words, or of those in a field.
  static func tokens(_ value: Int, field: String?) -> String {
    guard let field else { return count(value, "word") }
    return "\(count(value, "token")) (\(field))"
  }

  /// A reading speed: `430 MB/s`.
  static func rate(byteCount: Int, seconds: Double) -> String {
    let rate = Double(byteCount) / 1e6 / max(seconds, 1e-9)
    return "\(count(Int(min(rate, 1e15)))) MB/s"
  }

  /// `a, b and c`, or `a, b or c`.
  package static func list(_ words: [String], _ last: String) -> String {
    guard let end = words.last, words.count > 1 else { return words.joined() }
    return "\(words.dropLast().joined(separator: ", ")) \(last) \(end)"
  }

  /// The first file and the number of others, `a.jsonl and 2 more`; nil if there is none.
  static func files(_ paths: [String]) -> String? {
    guard let first = paths.first else { return nil }
    return paths.count == 1 ? first : "\(first) and \(count(paths.count - 1)) more"
  }
}
