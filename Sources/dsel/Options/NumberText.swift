/// A decimal number as people type it: `1000`, `1_000_000`, `2.5`, `1e6`.
///
/// Digits may be grouped by underscores, as in programs. Commas are refused: they group digits in
/// some countries, and are decimal points in others.
struct NumberText {
  /// The number without underscores, before its power of ten.
  private let mantissa: String
  private let power: Int
  private let isNegative: Bool
  /// All digits, without the point; nil if they exceed 128 bits.
  private let digits: UInt128?
  /// The power of ten that the digits are multiplied by.
  private let exponent: Int
  /// Whether three digits follow the point, which may then be meant to group thousands.
  private let hasGroup: Bool

  /// - Throws: ``NumberFault``
  init(_ text: some StringProtocol) throws(NumberFault) {
    var rest = Array(text.utf8)[...]
    guard !rest.isEmpty else { throw .empty }
    if rest.contains(UInt8(ascii: ",")) { throw Self.comma(in: String(text)) }
    let sign = rest.first
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
    isNegative = sign == UInt8(ascii: "-")
    let whole = try Self.takeDigits(&rest)
    var fraction: [UInt8] = []
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      fraction = try Self.takeDigits(&rest)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { throw .notANumber }
    var power = 0
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      rest.removeFirst()
      let sign = rest.first
      if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
      let digits = try Self.takeDigits(&rest)
      guard !digits.isEmpty else { throw .notANumber }
      // Any larger exponent has the same effect: the number exceeds all limits, or is zero.
      power = min(Int(String(decoding: digits, as: UTF8.self)) ?? 9999, 9999)
      if sign == UInt8(ascii: "-") { power = -power }
    }
    guard rest.isEmpty else { throw .notANumber }
    hasGroup = fraction.count == 3
    let kept = fraction[..<(fraction.lastIndex { $0 != UInt8(ascii: "0") }.map { $0 + 1 } ?? 0)]
    let all = "0" + String(decoding: whole, as: UTF8.self) + String(decoding: kept, as: UTF8.self)
    digits = UInt128(all)
    exponent = power - kept.count
    self.power = power
    mantissa =
      "\(isNegative ? "-" : "")0\(String(decoding: whole, as: UTF8.self))"
      + ".\(String(decoding: kept, as: UTF8.self))0"
  }

  /// Takes digits off the front, with underscores allowed between two digits.
  private static func takeDigits(_ rest: inout ArraySlice<UInt8>) throws(NumberFault) -> [UInt8] {
    var digits: [UInt8] = []
    var isDigit = false
    while let byte = rest.first {
      if UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
        digits.append(byte)
        isDigit = true
      } else if byte == UInt8(ascii: "_"), isDigit {
        isDigit = false
      } else {
        break
      }
      rest.removeFirst()
    }
    guard isDigit || digits.isEmpty else { throw .notANumber }
    return digits
  }

  /// The number times `factor`, in exact arithmetic. The product must be whole.
  ///
  /// - Throws: ``NumberFault``
  func whole(times factor: Int, upTo limit: Int) throws(NumberFault) -> Int {
    let tooLarge = NumberFault.tooLarge(limit: limit)
    guard digits != 0 else { return 0 }
    guard !isNegative else { throw .negative }
    guard let digits else { throw tooLarge }
    // 1.000 is one in some countries, and a thousand in others.
    if hasGroup, factor == 1, power == 0, exponent >= 0 { throw .point }
    var (value, overflows) = digits.multipliedReportingOverflow(by: UInt128(factor))
    guard !overflows else { throw tooLarge }
    for _ in 0..<max(0, -exponent) {
      guard value % 10 == 0 else { throw .notWhole }
      value /= 10
    }
    for _ in 0..<max(0, exponent) {
      (value, overflows) = value.multipliedReportingOverflow(by: 10)
      guard !overflows, value <= UInt128(limit) else { throw tooLarge }
    }
    guard value <= UInt128(limit) else { throw tooLarge }
    return Int(value)
  }

  /// The double that is nearest to the number times 10 to the power of `shift`.
  ///
  /// - Throws: ``NumberFault``
  func double(shiftedBy shift: Int = 0) throws(NumberFault) -> Double {
    guard let value = Double("\(mantissa)e\(power + shift)") else { throw .notANumber }
    guard value.isFinite else { throw .beyondDoubles }
    return value
  }

  /// The fault of a number with commas.
  ///
  /// It includes the number without them if their meaning is clear.
  private static func comma(in text: String) -> NumberFault {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 48...57 ~= $0 } }) else {
      return .notANumber
    }
    let groups = parts.dropFirst()
    if parts[0].count <= 3, parts[0].first != "0", groups.allSatisfy({ $0.count == 3 }) {
      return .comma(number: parts.joined())
    }
    return groups.count == 1 ? .comma(number: parts.joined(separator: ".")) : .notANumber
  }
}
