import TestSupport

/// Random lines of valid JSON: objects that often repeat the keys of text fields.
struct LineGenerator {
  private static let keys = [
    "text", "text", #"te\u0078t"#, "meta", "meta", #"m\u0065ta"#, "doc", "texts", "", #"a\"b"#, "é",
  ]
  private static let pieces = [
    "a", "Zebra ", " ", "{", "]", ",", ":", #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#,
    #"\t"#, #"\u0041"#, #"\u00e9"#, #"\u4E2d"#, #"\u0000"#, #"\uFFFF"#, #"\ud83d\ude00"#,
    #"\uDBFF\uDFFF"#, #"\uD800\uDC00"#, "é", "中文", "😀", "\u{7F}", "\u{80}", "\u{2028}",
  ]
  private static let numbers = [
    "0", "-0", "7", "-12", "3.25", "1e5", "2E-3", "-0.5e+7", "100", "0.1",
    "9007199254740993", "-9223372036854775808", "18446744073709551615", "1.7976931348623157e308",
  ]
  private static let blanks = ["", "", "", " ", "\t", "\r", "  "]

  var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  mutating func line() -> [UInt8] { Array((blank() + object(levels: 4) + blank()).utf8) }

  /// The line with one byte replaced, removed or inserted.
  mutating func mutated(_ line: [UInt8]) -> [UInt8] {
    var line = line
    let place = Int.random(in: 0..<line.count, using: &random)
    // Half the time it is a byte with a meaning in JSON.
    let telling = Array(#"{}[]",:\u-+.eE0019tfn dDcC"#.utf8)
    let byte =
      Bool.random(using: &random)
      ? random.element(of: telling) : UInt8.random(in: 0...255, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: line.remove(at: place)
    case 1: line.insert(byte, at: place)
    default: line[place] = byte
    }
    return line
  }

  private mutating func blank() -> String { random.element(of: Self.blanks) }

  private mutating func object(levels: Int) -> String {
    let members = (0..<Int.random(in: 0...5, using: &random)).map { _ in
      let key = random.element(of: Self.keys)
      return "\(blank())\"\(key)\"\(blank()):\(blank())\(value(levels: levels - 1))\(blank())"
    }
    return "{\(blank())\(members.joined(separator: ","))}"
  }

  private mutating func array(levels: Int) -> String {
    let values = (0..<Int.random(in: 0...4, using: &random)).map { _ in
      blank() + value(levels: levels - 1) + blank()
    }
    return "[\(blank())\(values.joined(separator: ","))]"
  }

  private mutating func value(levels: Int) -> String {
    switch Int.random(in: 0..<10, using: &random) {
    case 0: return random.element(of: Self.numbers)
    case 1: return random.element(of: ["true", "false", "null"])
    case 2 where levels > 0: return array(levels: levels)
    case 3...5 where levels > 0: return object(levels: levels)
    default:
      let count = Int.random(in: 0...12, using: &random)
      return "\""
        + (0..<count).map { _ in random.element(of: Self.pieces) }.joined() + "\""
    }
  }
}
