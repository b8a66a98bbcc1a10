internal import Files
internal import Resampling
internal import Weighting

/// What is drawn, by which keys, and in which order.
///
/// The arms of a group draw one after the other, without replacement between them. Groups of one
/// family draw at the same time, and a text once in all of them: they are strata. Families draw
/// independently of one another: they are epochs.
struct DrawPlan: Sendable {
  /// One part of a draw.
  struct Arm: Sendable {
    enum Source: Sendable, Equatable {
      /// By a target's log weights.
      case logWeight(target: Int)
      /// By the regression's part of them alone.
      case logOdds(target: Int)
      /// By nothing: each document is as likely as any other.
      case random
    }

    var epoch = 0
    var source: Source
    var budget: Budget
    /// What log weights are divided by.
    var temperature: Double
    /// nil to draw the largest, without noise.
    var noise: GumbelNoise?
  }

  struct Group: Sendable {
    /// The stratum's place in ``DrawPlan/strata``; nil if documents of all of them are drawn.
    var stratum: Int?
    /// Groups of equal numbers draw together.
    var family = 0
    var arms: [Arm]
  }

  var groups: [Group]
  /// The values of the stratifying field. A document of another value is in no group.
  var strata: [ExactString] = []
  var keepsDuplicates: Bool
  /// Whether documents of equal text may have different weights.
  var copiesMayDiffer = false
  var minimumLength: Int

  /// What the noise of a document is keyed by.
  func identity(textHash: UInt64, position: Position) -> UInt64 {
    keepsDuplicates ? PositionHash.of(position) : textHash
  }
}

extension DrawPlan.Arm {
  /// - Parameter weight: of the arm's target.
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
  /// One arm by log weights, or that and one by the same target's log odds: the two share one
  /// buffer's memory.
  var isParted: Bool {
    guard case .logWeight(let target) = arms.first?.source else { return false }
    return arms.count == 1 || (arms.count == 2 && arms[1].source == .logOdds(target: target))
  }
}
