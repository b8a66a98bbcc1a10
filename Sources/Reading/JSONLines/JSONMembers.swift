internal import Files

/// The members of a line, which is a JSON object.
package enum JSONMembers {
  /// Returns the line without its members of this name, and with one comma fewer for each.
  ///
  /// All other bytes stay unchanged, including members of nested objects, and texts.
  ///
  /// - Precondition: the line is valid, as ``DocumentParser`` finds, and has a member of another
  ///   name.
  /// - Returns: nil if there is no such member.
  /// - Complexity: O(*n*), where *n* is the number of bytes.
  package static func removing(_ name: String, from line: Span<UInt8>) -> [UInt8]? {
    let name = Array(name.utf8)
    var reader = Reader()
    var result: [UInt8] = []
    var copied = 0
    var isFirst = true
    guard let start = line.firstIndex(of: UInt8(ascii: "{"), from: 0) else { return nil }
    reader.position = start + 1
    // The place of the comma before the next member; nil before the first.
    var comma: Int?
    while let member = reader.next(line) {
      let isNamed = reader.isKey(member.key, equalTo: name, line)
      if isNamed {
        // The comma before the member goes too, or the one after it if no member before it is left.
        let begin = isFirst ? member.key.lowerBound - 1 : comma ?? member.key.lowerBound - 1
        let end = isFirst && reader.hasComma(line) ? reader.position + 1 : member.end
        result.append(copying: line.extracting(copied..<begin))
        copied = end
      } else {
        isFirst = false
      }
      guard reader.hasComma(line) else { break }
      comma = reader.position
      reader.position += 1
    }
    guard copied > 0 else { return nil }
    result.append(copying: line.extracting(copied..<line.count))
    return result
  }

  private struct Member {
    /// The bytes between the key's quotes.
    var key: Range<Int>
    /// The end of the value.
    var end: Int
  }

  private struct Reader {
    var position = 0

    /// Reads a member up to the comma or the brace after it; nil if there is none.
    mutating func next(_ line: Span<UInt8>) -> Member? {
      skip(line) { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "}") }
      guard position < line.count, line[position] == UInt8(ascii: "\"") else { return nil }
      let key = string(line)
      skip(line) { $0 != UInt8(ascii: ":") }
      position += 1
      var depth = 0
      var end = position
      while position < line.count {
        switch line[position] {
        case UInt8(ascii: "\""):
          _ = string(line)
          end = position
          continue
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "]"): depth -= 1
        case UInt8(ascii: "}"):
          if depth == 0 { return Member(key: key, end: end) }
          depth -= 1
        case UInt8(ascii: ","):
          if depth == 0 { return Member(key: key, end: end) }
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
          position += 1
          continue
        default: break
        }
        position += 1
        end = position
      }
      return nil
    }

    func hasComma(_ line: Span<UInt8>) -> Bool {
      position < line.count && line[position] == UInt8(ascii: ",")
    }

    func isKey(_ range: Range<Int>, equalTo name: [UInt8], _ line: Span<UInt8>) -> Bool {
      JSONScanner.unescaped(line.extracting(range)) == name
    }

    private mutating func skip(_ line: Span<UInt8>, while isSkipped: (UInt8) -> Bool) {
      while position < line.count, isSkipped(line[position]) { position += 1 }
    }

    /// Skips a string, and returns the bytes between its quotes.
    private mutating func string(_ line: Span<UInt8>) -> Range<Int> {
      let start = position + 1
      var end = start
      while let quote = line.firstIndex(of: UInt8(ascii: "\""), from: end) {
        var slashes = 0
        while quote - slashes > start, line[quote - slashes - 1] == UInt8(ascii: "\\") {
          slashes += 1
        }
        end = quote + 1
        if slashes % 2 == 0 { break }
      }
      position = end
      return start..<max(start, end - 1)
    }
  }
}
