/// A string that equals only a string of the same bytes.
///
/// Swift's strings are equal if they are canonically equivalent: "é" as one scalar equals "e" with
/// a combining accent. To everyone else, file names, field values and target names are bytes. So
/// they are compared, hashed and sorted as bytes.
package struct ExactString: Hashable, Comparable, Sendable, Codable, ExpressibleByStringLiteral,
  CustomStringConvertible, CodingKeyRepresentable
{
  package let string: String

  package init(_ string: some StringProtocol) { self.string = String(string) }

  package init(stringLiteral value: String) { string = value }

  /// Decodes a plain string, not an object.
  package init(from decoder: any Decoder) throws {
    string = try decoder.singleValueContainer().decode(String.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(string)
  }

  /// Makes a dictionary with such keys an object in JSON: see ``encodedKey``.
  package var codingKey: any CodingKey { Key(stringValue: encodedKey) }

  package init?(codingKey: some CodingKey) {
    let key = codingKey.stringValue
    guard key.utf8.starts(with: Self.keyMark.utf8) else {
      string = key
      return
    }
    let digits = Array(key.utf8.dropFirst(Self.keyMark.utf8.count))
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: digits.count - 1, by: 2) {
      let pair = String(decoding: digits[place...place + 1], as: UTF8.self)
      guard let byte = UInt8(pair, radix: 16) else { return nil }
      bytes.append(byte)
    }
    string = String(decoding: bytes, as: UTF8.self)
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// The bytes of the string as hexadecimal digits, after a mark.
  ///
  /// A JSON encoder compares keys as Swift strings, and would merge two keys that are canonically
  /// equivalent. `ManifestWriter` puts the strings back.
  private var encodedKey: String {
    Self.keyMark
      + string.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  package static let keyMark = "\u{1}bytes:"

  package var description: String { string }

  /// - Complexity: O(*n*), where *n* is the number of bytes.
  package static func == (one: ExactString, other: ExactString) -> Bool {
    one.string.utf8.count == other.string.utf8.count
      && one.string.utf8.elementsEqual(other.string.utf8)
  }

  /// Orders by bytes, which is also the order by scalars.
  package static func < (one: ExactString, other: ExactString) -> Bool {
    one.string.utf8.lexicographicallyPrecedes(other.string.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var count = 0
    for byte in string.utf8 {
      hasher.combine(byte)
      count += 1
    }
    hasher.combine(count)
  }
}
