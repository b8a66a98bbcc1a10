internal import Resampling

/// The size of a selection.
package enum SelectionSize: Equatable, Sendable, Codable {
  case documents(Int)
  /// This share of the pool's documents, rounded down but at least one.
  case fraction(Double)
  case tokens(Int)
  case bytes(Int)

  /// The default size: a tenth of the documents.
  package static let standard = SelectionSize.fraction(0.1)

  func budget(documentCount: Int) -> Budget {
    switch self {
    case .documents(let count): .documents(count)
    case .fraction(let share): .documents(max(1, Self.part(share, of: documentCount)))
    case .tokens(let count): .tokens(count)
    case .bytes(let count): .bytes(count)
    }
  }

  /// The share of `count`, rounded down.
  ///
  /// 0.29 of 100 is 29, although the double nearest to 0.29 is slightly less. No share is known
  /// that exactly.
  private static func part(_ share: Double, of count: Int) -> Int {
    let exact = share * Double(count)
    let nearest = exact.rounded()
    return Int(abs(exact - nearest) <= nearest * 0x1p-52 ? nearest : exact.rounded(.down))
  }
}
