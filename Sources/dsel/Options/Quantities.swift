import ArgumentParser

/// A number on the command line, with an explanation if it is wrong.
///
/// Options name the initializer, because the parser's own message wouldn't say what is accepted:
///
///     @Option(parsing: .unconditional, help: "…", transform: Count.init(parsing:))
///     var count: Count?
///
/// With `.unconditional`, a negative number isn't parsed as an option. Help then shows no default,
/// so the help text states it.
protocol Quantity: ExpressibleByArgument, Equatable, Sendable {
  static var kind: NumberError.Kind { get }
  init(text: String) throws(NumberFault)
}

extension Quantity {
  /// - Throws: ``NumberError``
  init(parsing argument: String) throws {
    do throws(NumberFault) { self = try Self(text: argument) } catch {
      throw NumberError(kind: Self.kind, fault: error)
    }
  }

  init?(argument: String) { try? self.init(parsing: argument) }
}

/// A count on the command line: `500`, or with a suffix `10k`, `1.5M`, `1B`.
///
/// It may also be written `1e6` or `1_000_000`.
struct Count: Quantity {
  static let kind = NumberError.Kind.count
  /// 100T: this number of documents, times the largest number of epochs, still fits into 64 bits.
  static let largest = 100_000_000_000_000

  let value: Int

  init(_ value: Int) { self.value = value }

  init(text: String) throws(NumberFault) {
    value = try whole(
      text,
      [
        ("k", 1000), ("m", 1_000_000), ("b", 1_000_000_000), ("g", 1_000_000_000),
        ("t", 1_000_000_000_000),
      ])
  }

  var defaultValueDescription: String { String(value) }
}

/// A number of bytes on the command line: `500`, `10MB` (10⁶ each) or `256MiB` (2²⁰ each).
struct ByteCount: Quantity {
  static let kind = NumberError.Kind.bytes

  let value: Int

  init(_ value: Int) { self.value = value }

  init(text: String) throws(NumberFault) {
    var factors: [(String, Int)] = [("b", 1)]
    var (decimal, binary) = (1, 1)
    for unit in ["k", "m", "g", "t"] {
      decimal *= 1000
      binary *= 1024
      factors += [(unit, decimal), ("\(unit)b", decimal), ("\(unit)ib", binary)]
    }
    // The longest suffix comes first: MiB ends with B too.
    value = try whole(text, factors.sorted { $0.0.count > $1.0.count })
  }

  var defaultValueDescription: String {
    value % (1 << 20) == 0 ? "\(value >> 20)MiB" : String(value)
  }
}

/// A share on the command line: `0.2` or `20%`; from 0 to 1.
struct Share: Quantity {
  static let kind = NumberError.Kind.share

  let value: Double

  init(_ value: Double) { self.value = value }

  init(text: String) throws(NumberFault) {
    // The division is by a power of ten, so that 20% is the same double as 0.2.
    let value =
      text.hasSuffix("%")
      ? try NumberText(text.dropLast()).double(shiftedBy: -2) : try NumberText(text).double()
    guard value >= 0 else { throw .negative }
    guard value <= 1 else { throw .moreThanAll }
    self.value = value
  }
}

/// A purity on the command line: `0.4` or `40%`, from 0 to 1.
struct Purity: Quantity {
  static let kind = NumberError.Kind.purity

  let value: Double

  init(_ value: Double) { self.value = value }

  init(text: String) throws(NumberFault) { value = try Share(text: text).value }
}

/// Any other number on the command line: `2`, `0.5`, `1e3`.
struct Number: Quantity {
  static let kind = NumberError.Kind.number

  let value: Double

  init(_ value: Double) { self.value = value }

  init(text: String) throws(NumberFault) { value = try NumberText(text).double() }
}

/// A seed on the command line: a whole number of 64 bits.
struct Seed: Quantity {
  static let kind = NumberError.Kind.seed

  let value: UInt64

  init(_ value: UInt64) { self.value = value }

  init(text: String) throws(NumberFault) {
    if let value = UInt64(text) {
      self.value = value
    } else {
      value = UInt64(try NumberText(text).whole(times: 1, upTo: .max))
    }
  }
}

/// A number that is whole after multiplication by its suffix: `1.5k` is 1500.
private func whole(_ text: String, _ factors: [(String, Int)]) throws(NumberFault) -> Int {
  let lowercased = text.lowercased()
  let suffix = factors.first { lowercased.hasSuffix($0.0) }
  return try NumberText(text.dropLast(suffix?.0.count ?? 0))
    .whole(times: suffix?.1 ?? 1, upTo: Count.largest)
}
