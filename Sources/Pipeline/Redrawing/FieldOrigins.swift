internal import Reading

/// Numbers are so large that noise would be lost: a draw by them needs ``FieldOrigins``.
struct LargeNumbers: Error {}

/// Finds the number to subtract from a field whose numbers are all large.
///
/// Times in nanoseconds are an example. A draw doesn't change if the same number is added to all
/// log weights, but doubles do. Beside a large number, noise is rounded away, and so is the
/// difference of two large numbers. So if all numbers of a field are large, the one that is nearest
/// to zero is subtracted from each.
struct FieldOrigins: DocumentConsumer, ~Copyable {
  /// Beside numbers up to this, doubles resolve noise to 2⁻¹⁹.
  private static let largestSmall = 0x1p33
  /// Beyond this, the difference of two numbers may be no number, and noise doesn't matter.
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

  /// - Parameter found: the results of a pass's consumers, one or more.
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
