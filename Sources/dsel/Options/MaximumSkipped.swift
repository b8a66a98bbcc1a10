import ArgumentParser
import Pipeline

/// The limit for a file's invalid lines on the command line: `5%`, `1000` or `1%,10`.
struct MaximumSkipped: ExpressibleByArgument {
  let limit: SkipLimit

  /// - Throws: `ValidationError`
  init(parsing argument: String) throws {
    guard let value = MaximumSkipped(argument: argument) else {
      throw ValidationError(
        "write a share such as 5%, a number of lines such as 1000, or both with a comma: 1%,10.")
    }
    self = value
  }

  init?(argument: String) {
    var (millionths, count): (Int?, Int?)
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    for part in parts {
      if part.hasSuffix("%") {
        guard millionths == nil, let share = Self.millionths(part.dropLast()) else { return nil }
        millionths = share
      } else {
        guard count == nil, let number = Count(argument: String(part)) else { return nil }
        count = number.value
      }
    }
    limit = SkipLimit(millionths: millionths, count: count)
  }

  /// A percentage of up to four decimals, in millionths.
  private static func millionths(_ text: Substring) -> Int? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let whole = digits(parts[0], atMost: 3) else { return nil }
    var decimals = 0
    if parts.count == 2 {
      guard let value = digits(parts[1], atMost: 4) else { return nil }
      decimals = (parts[1].utf8.count..<4).reduce(value) { value, _ in value * 10 }
    }
    let millionths = whole * 10_000 + decimals
    return millionths <= 1_000_000 ? millionths : nil
  }

  private static func digits(_ text: Substring, atMost count: Int) -> Int? {
    guard (1...count).contains(text.utf8.count),
      text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int(text)
  }
}
