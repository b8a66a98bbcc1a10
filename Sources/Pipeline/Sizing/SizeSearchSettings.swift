internal import Resampling
internal import Weighting

/// How the size of a selection is found, if it isn't given.
package struct SizeSearchSettings: Sendable, Codable, Equatable {
  package enum Unit: String, Sendable, Codable { case documents, tokens }

  package var unit: Unit
  /// The largest size to try; nil for what has about ``usualMostTokens``.
  package var limit: Int?

  package init(_ unit: Unit, limit: Int? = nil) {
    self.unit = unit
    self.limit = limit
  }

  /// The tokens of the largest selection that is judged without a limit. Models of the judge take
  /// some 35 bytes for each.
  package static let usualMostTokens = 1 << 23
  /// The smallest size to try, unless the pool has less.
  private var least: Int {
    switch unit {
    case .documents: 64
    case .tokens: 1 << 15
    }
  }

  /// Larger selections aren't judged; nil for no limit.
  var mostTokens: Int? { limit == nil ? Self.usualMostTokens : nil }

  /// The sizes to try.
  struct Sizes: Sendable {
    /// From the smallest to the largest.
    var all: [Int]
    /// Whether the pool ends them, rather than the limit.
    var reachPool: Bool

    var largest: Int { all[all.count - 1] }
  }

  /// Powers of two, up to the limit or the size of everything eligible.
  func sizes(_ eligible: EligibleDocuments) -> Sizes {
    let whole = max(1, budget(1).whole(of: eligible))
    let usual = Double(Self.usualMostTokens) / Double(max(1, eligible.tokenCount)) * Double(whole)
    let limit = limit ?? Int(min(usual, 0x1p62))
    let most = max(1, min(whole, limit))
    var size = min(least, most)
    var sizes = [size]
    while size <= most / 2 {
      size *= 2
      sizes.append(size)
    }
    return Sizes(all: sizes, reachPool: whole <= limit)
  }

  func budget(_ size: Int) -> Budget {
    switch unit {
    case .documents: .documents(size)
    case .tokens: .tokens(size)
    }
  }

  func size(_ size: Int) -> SelectionSize {
    switch unit {
    case .documents: .documents(size)
    case .tokens: .tokens(size)
    }
  }
}
