/// The notation for the path to a field: keys joined by dots, `meta.doc.text`.
///
/// A backslash before a dot makes it part of a key: `meta\.text` is one key. A backslash in a key
/// is written twice. Commas and equals signs have a meaning in lists of fields, so they too may be
/// escaped with a backslash. A ``TextExpression`` has more such characters.
package enum FieldPath {
  package enum Fault: Error, Equatable {
    case emptyKey
    /// A backslash before a character that needs none, or at the end.
    case strayBackslash
  }

  private static let dot = UInt8(ascii: ".")
  private static let backslash = UInt8(ascii: "\\")

  /// Whether a byte is written after a backslash.
  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte == dot || byte == backslash || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "=")
  }

  /// Whether a byte may follow a backslash: also those that only a ``TextExpression`` needs.
  static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "|"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "!"):
      true
    default: isEscaped(byte)
    }
  }

  /// The keys that lead to the field, from the outermost.
  ///
  /// A backslash without a meaning stands for itself.
  package static func keys(of path: String) -> [[UInt8]] { read(path).keys }

  /// The fault in a path; nil if there is none.
  package static func fault(in path: String) -> Fault? {
    let (keys, hasStrayBackslash) = read(path)
    if hasStrayBackslash { return .strayBackslash }
    return keys.contains([]) ? .emptyKey : nil
  }

  private static func read(_ path: String) -> (keys: [[UInt8]], hasStrayBackslash: Bool) {
    var keys: [[UInt8]] = [[]]
    var hasStrayBackslash = false
    var bytes = Array(path.utf8)[...]
    while let byte = bytes.popFirst() {
      if byte == dot {
        keys.append([])
      } else if byte == backslash, let next = bytes.first, isSpecial(next) {
        keys[keys.count - 1].append(next)
        bytes.removeFirst()
      } else {
        if byte == backslash { hasStrayBackslash = true }
        keys[keys.count - 1].append(byte)
      }
    }
    return (keys, hasStrayBackslash)
  }

  /// A key as it is written in a path.
  package static func escaped(_ key: some Sequence<UInt8>) -> String {
    var result: [UInt8] = []
    for byte in key {
      if isEscaped(byte) { result.append(backslash) }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The parts of a list of paths, cut at each comma that has no backslash before it.
  package static func list(_ paths: String) -> [String] {
    var parts: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in paths.utf8 {
      if byte == UInt8(ascii: ","), !isEscaped {
        parts.append([])
      } else {
        parts[parts.count - 1].append(byte)
      }
      isEscaped = byte == backslash && !isEscaped
    }
    return parts.map { String(decoding: $0, as: UTF8.self) }
  }

  /// `path=text`, cut at its last equals sign that has no backslash before it.
  package static func assignment(_ argument: String) -> (path: String, text: String)? {
    let bytes = Array(argument.utf8)
    var sign: Int?
    var isEscaped = false
    for (index, byte) in bytes.enumerated() {
      if byte == UInt8(ascii: "="), !isEscaped { sign = index }
      isEscaped = byte == backslash && !isEscaped
    }
    guard let sign else { return nil }
    return (
      String(decoding: bytes[..<sign], as: UTF8.self),
      String(decoding: bytes[(sign + 1)...], as: UTF8.self)
    )
  }
}
