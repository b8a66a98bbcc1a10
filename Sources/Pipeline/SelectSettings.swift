package import Featurizing
internal import Resampling

/// How much to select.
package enum SelectionSize: Equatable, Sendable {
  case documents(Int)
  /// This share of the pool's documents, rounded down, but at least one.
  case fraction(Double)
  case tokens(Int)
  case bytes(Int)

  func budget(documentCount: Int) -> Budget {
    switch self {
    case .documents(let count): .documents(count)
    case .fraction(let share): .documents(max(1, Int(share * Double(documentCount))))
    case .tokens(let count): .tokens(count)
    case .bytes(let count): .bytes(count)
    }
  }
}

/// Everything that `dsel select` was told.
package struct SelectSettings: Sendable {
  package var targets: [String]
  package var pool: [String]
  package var reading = ReadingSettings()
  package var features = FeatureSettings()
  package var weights = EstimatorSettings()
  package var size = SelectionSize.fraction(0.1)
  package var draw = DrawSettings()
  package var outputs = OutputSettings()
  package var annotates = false
  package var version = ""

  package init(targets: [String], pool: [String]) {
    self.targets = targets
    self.pool = pool
  }
}
