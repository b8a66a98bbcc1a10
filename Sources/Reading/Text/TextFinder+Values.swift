internal import Files

/// Reading of JSON that is known to be valid.
extension TextFinder {
  /// Reads the next key of an object, up to its value; nil behind the object's end.
  mutating func nextKey(
    _ line: Span<UInt8>
  ) -> JSONScanner.RawString? {
    skipSeparators(line)
    guard line[scanner.position] == UInt8(ascii: "\"") else {
      scanner.position += 1
      return nil
    }
    let name = scanString(line)
    skipSeparators(line)
    return name
  }

  /// Goes to the next item of an array, or behind the array's end.
  mutating func isBeforeItem(_ line: Span<UInt8>) -> Bool {
    skipSeparators(line)
    guard line[scanner.position] == UInt8(ascii: "]") else { return true }
    scanner.position += 1
    return false
  }

  mutating func countItems(
    ofArrayAt place: Int, _ line: Span<UInt8>
  ) -> Int {
    var count = 0
    scanner.position = place + 1
    while isBeforeItem(line) {
      skipValue(line)
      count += 1
    }
    return count
  }

  private mutating func skipSeparators(_ line: Span<UInt8>) {
    while true {
      switch line[scanner.position] {
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): scanner.position += 1
      default: return
      }
    }
  }

  mutating func skipValue(_ line: Span<UInt8>) {
    var depth = 0
    repeat {
      switch line[scanner.position] {
      case UInt8(ascii: "\""): _ = scanString(line)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        scanner.position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        scanner.position += 1
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: ":"): scanner.position += 1
      default: skipWord(line)
      }
    } while depth > 0
  }

  /// Skips a number or a literal.
  private mutating func skipWord(_ line: Span<UInt8>) {
    while true {
      switch line[scanner.position] {
      case 0x20, 0x09, 0x0A, 0x0D, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): return
      default: scanner.position += 1
      }
    }
  }

  /// The string that begins at a place, if its end is known.
  private mutating func knownString(at place: Int) -> JSONScanner.RawString? {
    guard let last = strings.last, place <= last.place else { return nil }
    if nextString >= strings.count || strings[nextString].place != place {
      // Another than the next one: some were passed over, or a path goes back.
      var end = strings.count
      nextString = 0
      while nextString < end {
        let middle = (nextString + end) / 2
        if strings[middle].place < place { nextString = middle + 1 } else { end = middle }
      }
    }
    let string = strings[nextString]
    guard string.place == place else { return nil }
    nextString += 1
    return string.string
  }

  /// Reads a string. Since it is known to be valid, `memchr` finds its end several times faster
  /// than ``JSONScanner``, which looks at all of its bytes.
  mutating func scanString(_ line: Span<UInt8>) -> JSONScanner.RawString {
    let start = scanner.position + 1
    if let string = knownString(at: start) {
      scanner.position = string.range.upperBound + 1
      return string
    }
    var end = start
    // The string ends at a quote behind an even number of backslashes.
    while let quote = line.firstIndex(of: UInt8(ascii: "\""), from: end) {
      var first = quote
      while first > start, line[first - 1] == UInt8(ascii: "\\") { first -= 1 }
      end = quote
      if (quote - first) & 1 == 0 { break }
      end += 1
    }
    scanner.position = end + 1
    let string = start..<end
    return JSONScanner.RawString(
      range: string,
      hasEscapes: line.extracting(string).firstIndex(of: UInt8(ascii: "\\")) != nil)
  }

  mutating func keys(
    ofObjectAt place: Int, _ line: Span<UInt8>
  ) -> [String] {
    var keys: [String] = []
    scanner.position = place + 1
    while keys.count < 8, let name = nextKey(line) {
      let key = JSONScanner.unescaped(line.extracting(name.range))
      keys.append(TextExpression.escaped(key.prefix(40)))
      skipValue(line)
    }
    return keys
  }
}
