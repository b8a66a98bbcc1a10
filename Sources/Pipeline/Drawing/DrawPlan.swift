internal import Files
internal import Resampling
internal import Weighting

/// The plan of a draw: which groups draw, by which keys, and in which order.
///
/// The arms of a group draw one after another, without replacement between them. Groups of one
/// family are strata: they draw at the same time, and a text is drawn once among them. Families are
/// epochs: they draw independently of each other.
struct DrawPlan: Sendable {
  /// One part of a draw.
  struct Arm: Sendable {
    enum Source: Sendable, Equatable {
      /// By a target's log weights.
      case logWeight(target: Int)
      /// Only by the regression's part of the log weights.
      case logOdds(target: Int)
      /// By no weight: all documents are equally likely.
      case random
    }

    var epoch = 0
    var source: Source
    var budget: Budget
    /// The divisor of log weights.
    var temperature: Double
    /// The noise of the keys; nil to draw the largest weights, without noise.
    var noise: GumbelNoise?
  }

  struct Group: Sendable {
    /// The stratum's index in ``DrawPlan/strata``; nil to draw from all strata.
    var stratum: Int?
    /// The number of the group's family, whose groups draw together.
    var family = 0
    var arms: [Arm]
  }

  var groups: [Group]
  /// The values of the stratifying field.
  ///
  /// A document with another value belongs to no group.
  var strata: [ExactString] = []
  var keepsDuplicates: Bool
  /// Whether exact duplicates may have different weights.
  var copiesMayDiffer = false
  /// Whether documents are kept for a later draw, and not drawn from: see
  /// ``CandidateGroup/init(apart:_:_:)``.
  var isForLater = false
  var lengths: LengthRange
  /// The smallest log weight by which a document is drawn; nil for no limit.
  var minimumLogWeight: Double?
  /// The same for each target, from a quantile; empty for no limit.
  var quantileWeights: [Double] = []

  /// Whether a target may draw documents with a log weight.
  func mayDraw(_ logWeight: Double, target: Int) -> Bool {
    if let minimumLogWeight, logWeight < minimumLogWeight { return false }
    return quantileWeights.isEmpty || logWeight >= quantileWeights[target]
  }

  var limitsWeights: Bool { minimumLogWeight != nil || !quantileWeights.isEmpty }

  /// The identity that determines a document's noise.
  func identity(textHash: UInt64, position: Position) -> UInt64 {
    keepsDuplicates ? PositionHash.of(position) : textHash
  }
}

extension DrawPlan.Arm {
  /// - Parameter weight: the document's weight for the arm's target.
  func key(of weight: DocumentWeight, identity: UInt64) -> Double {
    let value: Double
    switch source {
    case .logWeight: value = weight.logWeight / temperature
    case .logOdds: value = weight.logOdds / temperature
    case .random: value = 0
    }
    return value + (noise?.noise(of: identity) ?? 0)
  }

  var target: Int? {
    switch source {
    case .logWeight(let target), .logOdds(let target): target
    case .random: nil
    }
  }
}

extension DrawPlan.Group {
  /// Whether the group is parted: one arm, or one by log weights and one by log odds.
  ///
  /// Both arms have the same target and share the memory of one buffer.
  var isParted: Bool {
    guard arms.count == 2, case .logWeight(let target) = arms[0].source else {
      return arms.count == 1
    }
    return arms[1].source == .logOdds(target: target)
  }
}
