internal import Reading

/// Numbers were met beside which noise would be lost: a draw by them needs ``FieldOrigins``.
struct LargeNumbers: Error {}

/// Finds what is taken from numbers that are all large, such as times in nanoseconds.
///
/// A draw doesn't depend on what is added to all log weights, but doubles do: beside a large one
/// the noise, and the difference of two large ones, is rounded away. So of a field whose numbers
/// are all large, the one that is nearest to zero is taken from each.
struct FieldOrigins: DocumentConsumer, ~Copyable {
  /// Beside this, doubles tell noise apart to 2⁻¹⁹.
  private static let largestSmall = 0x1p33
  /// Where differences of numbers might be none, noise doesn't matter.
  private static let largest = 0x1p1000

  private let fields: [FieldWeight]
  private var nearest: [WideNumber?]

  init(_ fields: [FieldWeight]) {
    self.fields = fields
    nearest = fields.map { _ in nil }
  }

  static func isLarge(_ number: WideNumber, scale: Double) -> Bool {
    abs(number.high * scale) > largestSmall
  }

  mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
    for (index, field) in fields.enumerated() {
      let number = try line.fields[index].wideNumber(of: field.field)
      if nearest[index].map({ number.isNearer(than: $0) }) ?? true { nearest[index] = number }
    }
  }

  mutating func endChunk(_ number: Int) {}

  consuming func finish() -> [WideNumber?] { nearest }

  /// - Parameter found: what the consumers of a pass found, one or more.
  static func origins(_ found: [[WideNumber?]], of fields: [FieldWeight]) -> [WideNumber] {
    fields.indices.map { index in
      let all = found.compactMap { $0[index] }
      guard var origin = all.first else { return WideNumber(0) }
      for number in all where number.isNearer(than: origin) { origin = number }
      let isUseful = isLarge(origin, scale: fields[index].scale) && abs(origin.high) < largest
      return isUseful ? origin : WideNumber(0)
    }
  }
}
