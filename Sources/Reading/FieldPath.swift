/// How the way to a field is written: keys joined by dots, `meta.doc.text`.
///
/// A backslash before a dot makes it part of a key: `meta\.text` is one key. A backslash in a key
/// is written twice, and commas and equals signs, which mean something in lists of fields, may be
/// written with one before them.
package enum FieldPath {
  package enum Fault: Error, Equatable {
    case emptyKey
    /// Before a character that needs none, or at the end.
    case strayBackslash
  }

  private static let dot = UInt8(ascii: ".")
  private static let backslash = UInt8(ascii: "\\")

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == dot || byte == backslash || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "=")
  }

  /// The keys that lead to the field, from the outermost. A backslash that has no meaning stands
  /// for itself.
  package static func keys(of path: String) -> [[UInt8]] { read(path).keys }

  /// What is wrong with a path; nil if nothing is.
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
      if isSpecial(byte) { result.append(backslash) }
      result.append(byte)
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// The parts of a list of paths: a comma ends one, unless a backslash is before it.
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

  /// `path=text` cut at its last equals sign that no backslash is before.
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
