import ArgumentParser

/// A count on the command line: `500`, or with a suffix: `10k`, `5M`, `1B`.
struct Count: ExpressibleByArgument, Equatable {
  let value: Int

  init(_ value: Int) { self.value = value }

  init?(argument: String) {
    let factors: [(String, Int)] = [
      ("k", 1_000), ("K", 1_000), ("M", 1_000_000), ("B", 1_000_000_000),
      ("G", 1_000_000_000), ("T", 1_000_000_000_000),
    ]
    guard let value = parse(argument, factors) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { String(value) }
}

/// A number of bytes on the command line: `500`, `10MB` (10⁶ each) or `256MiB` (2²⁰ each).
struct ByteCount: ExpressibleByArgument, Equatable {
  let value: Int

  init(_ value: Int) { self.value = value }

  init?(argument: String) {
    var factors: [(String, Int)] = [("B", 1)]
    var (decimal, binary) = (1, 1)
    for unit in ["k", "M", "G", "T"] {
      decimal *= 1000
      binary *= 1024
      factors += [(unit, decimal), ("\(unit)B", decimal), ("\(unit)iB", binary)]
      if unit == "k" { factors += [("K", decimal), ("KB", decimal), ("KiB", binary)] }
    }
    // The longest first: MiB ends with B too.
    factors.sort { $0.0.count > $1.0.count }
    guard let value = parse(argument, factors) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String {
    value % (1 << 20) == 0 ? "\(value >> 20)MiB" : String(value)
  }
}

/// A number, whole after its suffix is multiplied in: `1.5k` is 1500.
private func parse(_ argument: String, _ factors: [(String, Int)]) -> Int? {
  var digits = argument[...]
  var factor = 1
  if let (suffix, value) = factors.first(where: { argument.hasSuffix($0.0) }) {
    digits = argument.dropLast(suffix.count)
    factor = value
  }
  if let number = Int(digits) {
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow || number < 0 ? nil : product
  }
  guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
    let number = Double(digits), factor > 1
  else { return nil }
  let product = number * Double(factor)
  return product.rounded() == product && product < 0x1p62 ? Int(product) : nil
}
