internal import Files

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Writes a record of a run as JSON, indented and with sorted keys, so that equal runs give equal
/// bytes.
package struct ManifestWriter {
  private init() {}

  /// - Returns: the complete file on the disk, which gets its name by ``AtomicFile/commit()``.
  /// - Throws: ``WritingError``
  package static func write(
    _ manifest: some Encodable, to path: String, replaces: Bool, registry: TemporaryFiles
  ) throws(WritingError) -> AtomicFile {
    var file = try AtomicFile(path: path, replaces: replaces, registry: registry)
    try file.write(encode(manifest).span)
    try file.finish()
    return file
  }

  package static func encode(_ manifest: some Encodable) -> [UInt8] {
    let encoder = encoder(.prettyPrinted)
    // A manifest holds only strings and finite numbers, which can always be encoded.
    guard let data = try? encoder.encode(manifest) else {
      preconditionFailure("the manifest can't be encoded")
    }
    return restoringKeys(escapingControls(data)) + [UInt8(ascii: "\n")]
  }

  /// The record on one line, without a line end.
  package static func encodeLine(_ record: some Encodable) -> [UInt8] {
    guard let data = try? encoder([]).encode(record) else {
      preconditionFailure("the record can't be encoded")
    }
    return restoringKeys(escapingControls(data))
  }

  private static func encoder(_ formatting: JSONEncoder.OutputFormatting) -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting.union([.sortedKeys, .withoutEscapingSlashes])
    encoder.keyEncodingStrategy = .custom { path in SnakeCaseKey(path[path.count - 1]) }
    return encoder
  }

  /// A property's name in snake case: `textBytes` becomes `text_bytes`, `overlapWithTopK` becomes
  /// `overlap_with_top_k`.
  ///
  /// Keys that are data, which are ``ExactString``s, stay as they are.
  private struct SnakeCaseKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ key: any CodingKey) {
      intValue = key.intValue
      let name = key.stringValue
      guard !name.utf8.starts(with: ExactString.keyMark.utf8) else {
        stringValue = name
        return
      }
      var snake = ""
      for letter in name.unicodeScalars {
        if letter.properties.isUppercase {
          snake += "_" + letter.properties.lowercaseMapping
        } else {
          snake.unicodeScalars.append(letter)
        }
      }
      stringValue = snake
    }

    init?(stringValue: String) { nil }
    init?(intValue: Int) { nil }
  }

  /// JSON with escapes for the control characters that JSON allows: DEL, and U+0080 to U+009F,
  /// which some terminals obey.
  ///
  /// Outside of strings there are none.
  private static func escapingControls(_ json: Data) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count)
    for byte in json {
      let isControl = byte == 0x7F || 0x80..<0xA0 ~= byte && result.last == 0xC2
      guard isControl else {
        result.append(byte)
        continue
      }
      if byte != 0x7F { result.removeLast() }
      result += Array("\\u00\(String(byte, radix: 16))".utf8)
    }
    return result
  }

  /// JSON in which the keys that are ``ExactString``s stand as they are.
  ///
  /// Nothing else is taken for such a key: the mark follows a quote that begins a string, and only
  /// a key is followed by a colon.
  private static func restoringKeys(_ json: [UInt8]) -> [UInt8] {
    let mark = Array("\"\\u0001\(ExactString.keyMark.dropFirst())".utf8)
    guard json.span.firstIndex(of: mark[1], from: 0) != nil else { return json }
    var result: [UInt8] = []
    var place = 0
    while place < json.count {
      guard json[place] == mark[0], json[place...].starts(with: mark),
        let end = json.span.firstIndex(of: UInt8(ascii: "\""), from: place + mark.count),
        json[(end + 1)...].prefix(2).contains(UInt8(ascii: ":")),
        let key = string(hexadecimal: json[(place + mark.count)..<end]),
        let quoted = try? JSONEncoder().encode([key])
      else {
        result.append(json[place])
        place += 1
        continue
      }
      // Without the brackets.
      result += escapingControls(quoted.dropFirst().dropLast())
      place = end + 1
    }
    return result
  }

  private static func string(hexadecimal digits: ArraySlice<UInt8>) -> String? {
    var bytes: [UInt8] = []
    var rest = digits
    while rest.count >= 2 {
      guard let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return rest.isEmpty ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
