internal import Resampling

extension PartRecord {
  init(_ part: Drawn.Part, names: [String?], epochCount: Int, isOfSet: Bool) {
    epoch = epochCount > 1 ? part.arm.epoch : nil
    stratum = part.stratum
    target = part.arm.target.flatMap { names[$0] }
    by = part.name(isOfSet: isOfSet)
    budget = part.arm.budget.amount
    documents = part.selection.documents.count
    tokens = part.selection.documents.reduce(0) { $0 + $1.tokenCount }
    bytes = part.selection.documents.reduce(0) { $0 + $1.byteCost }
    shortfall = part.selection.shortfall
  }
}

extension Drawn.Part {
  /// How the part draws, as manifests and annotations say it.
  func name(isOfSet: Bool) -> String {
    switch arm.source {
    case .logWeight: isOfSet ? "set" : "weights"
    case .logOdds: "logistic"
    case .random: "random"
    }
  }
}
