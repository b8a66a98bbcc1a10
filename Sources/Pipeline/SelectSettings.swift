package import Featurizing
package import Reading
internal import Resampling
package import Weighting

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
  package var textField = "text"
  package var features = FeatureSettings()
  /// The pool's pseudocount, and the prior of shrunk log-ratios.
  package var pseudocount = 1.0
  package var targetPseudocount = 1.0
  package var compatibility: Compatibility?
  package var estimator = Estimator.ratio
  package var size = SelectionSize.fraction(0.1)
  package var draw = DrawSettings()
  package var limits = ReadingLimits()
  package var threadCount = 1
  package var errorPolicy = ErrorPolicy.fail
  package var outputs = OutputSettings()
  package var annotates = false
  package var spoolDirectory = "/tmp"
  package var version = ""

  package init(targets: [String], pool: [String]) {
    self.targets = targets
    self.pool = pool
  }
}
