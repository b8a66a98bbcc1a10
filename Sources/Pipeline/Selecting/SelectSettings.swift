package import Featurizing
internal import Resampling

/// How much to select.
package enum SelectionSize: Equatable, Sendable {
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

  /// The share rounded down, but 29 of 100 for 0.29: the double that is meant by that is a little less, and no share is
  /// known so exactly.
  private static func part(_ share: Double, of count: Int) -> Int {
    let exact = share * Double(count)
    let nearest = exact.rounded()
    return Int(abs(exact - nearest) <= nearest * 0x1p-52 ? nearest : exact.rounded(.down))
  }
}

/// One of the things that a selection should resemble.
package struct TargetSettings: Sendable, Equatable {
  /// nil where there is only one.
  package var name: String?
  package var paths: [String]
  /// Its share of the selection; nil for an equal part of what the others leave.
  package var share: Double?

  package init(name: String?, paths: [String], share: Double? = nil) {
    self.name = name
    self.paths = paths
    self.share = share
  }

  /// How a budget is shared by all targets.
  static func apportionment(_ targets: [TargetSettings]) -> Apportionment {
    Apportionment(given: targets.map(\.share), counts: targets.map { _ in 1 })
  }

  /// The shares of all targets.
  static func shares(_ targets: [TargetSettings]) -> [Double] {
    let given = targets.compactMap(\.share).reduce(0, +)
    let open = targets.count { $0.share == nil }
    return targets.map { $0.share ?? max(0, 1 - given) / Double(open) }
  }
}

/// Everything that `dsel select` was told.
package struct SelectSettings: Sendable {
  /// One or more, in the order in which they draw.
  package var targets: [TargetSettings]
  package var pool: [String]
  package var reading = ReadingSettings()
  /// Where the targets' text is, if elsewhere than the pool's.
  package var targetTextField: String?
  package var features = FeatureSettings()
  package var estimator = EstimatorSettings()
  package var size = SelectionSize.fraction(0.1)
  package var draw = DrawSettings()
  /// The share of the selection that is drawn at random, before the targets draw.
  package var replay = 0.0
  /// The share of the pool's documents that its model is fitted on.
  package var fittedShare = 1.0
  package var stratify: StratifySettings?
  package var outputs = OutputSettings()
  package var annotates = false
  package var version = ""

  package init(targets: [TargetSettings], pool: [String]) {
    self.targets = targets
    self.pool = pool
  }
}
