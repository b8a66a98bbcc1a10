internal import Resampling

/// How much to select.
package enum SelectionSize: Equatable, Sendable, Codable {
  case documents(Int)
  /// This share of the pool's documents, rounded down, but at least one.
  case fraction(Double)
  case tokens(Int)
  case bytes(Int)

  /// The size without any option: a tenth of the documents.
  package static let standard = SelectionSize.fraction(0.1)

  func budget(documentCount: Int) -> Budget {
    switch self {
    case .documents(let count): .documents(count)
    case .fraction(let share): .documents(max(1, Self.part(share, of: documentCount)))
    case .tokens(let count): .tokens(count)
    case .bytes(let count): .bytes(count)
    }
  }

  /// The share rounded down, but 29 of 100 for 0.29: the double that is meant by that is a little
  /// less, and no share is known so exactly.
  private static func part(_ share: Double, of count: Int) -> Int {
    let exact = share * Double(count)
    let nearest = exact.rounded()
    return Int(abs(exact - nearest) <= nearest * 0x1p-52 ? nearest : exact.rounded(.down))
  }
}
