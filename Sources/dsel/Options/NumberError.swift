/// The reason why an argument isn't the expected number.
enum NumberFault: Error, Equatable {
  case empty
  case notANumber
  case negative
  case notWhole
  /// A whole number with a point in it.
  case point
  /// The number in an accepted notation.
  case comma(number: String)
  case tooLarge(limit: Int)
  /// A number larger than every double.
  case beyondDoubles
  /// A share or a purity above 1.
  case moreThanAll
}

/// An argument that isn't the expected number.
struct NumberError: Error {
  enum Kind { case count, bytes, share, purity, number, seed }

  var kind: Kind
  var fault: NumberFault
}

/// The message, which follows the option and the argument.
extension NumberError: CustomStringConvertible {
  var description: String {
    switch fault {
    case .empty: "it is empty. Write \(example)."
    case .notANumber: "it is not a number. Write \(example)."
    case .negative: "it is negative. Write \(example)."
    case .notWhole: "it is not a whole number. Write \(example)."
    case .point:
      "a point can mean thousands or decimals. Write 1000 or 1k for a thousand, and 1 for one."
    case .comma(let number): "write \(Self.alternatives(number, kind)), without a comma."
    case .tooLarge(let limit):
      kind == .seed
        ? "it is too large. Write \(example)."
        : "it is too large: the limit is \(limit). Write \(example)."
    case .beyondDoubles: "it is too large. Write \(example)."
    case .moreThanAll: "it is above 1. Write \(example)."
    }
  }

  private var example: String {
    switch kind {
    case .count: "a count such as 500, 10k, 1.5M or 1e6"
    case .bytes: "a number of bytes such as 500, 10MB or 256MiB"
    case .share: "a share such as 0.2 or 20%"
    case .purity: "a number from 0 to 1, such as 0.4"
    case .number: "a number such as 2, 0.5 or 1e3"
    case .seed: "a whole number from 0 to 18446744073709551615"
    }
  }

  /// `1000 or 1k`.
  private static func alternatives(_ number: String, _ kind: Kind) -> String {
    guard kind == .count || kind == .bytes else { return number }
    for (zeros, suffix) in [(9, "G"), (6, "M"), (3, "k")] {
      let end = String(repeating: "0", count: zeros)
      if number.hasSuffix(end), number.count > zeros {
        return "\(number) or \(number.dropLast(zeros))\(suffix)"
      }
    }
    return number
  }
}
