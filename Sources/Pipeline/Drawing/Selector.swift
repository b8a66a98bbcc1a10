internal import Resampling

/// An objective: chooses the documents of a draw among those that a pass over the pool kept for it.
///
/// A draw has three steps. The selector says in its ``plan`` which keys documents get and how many
/// of the largest are kept; ``DrawStep`` passes over the pool and keeps that many in
/// ``DrawBuffers``, whose memory doesn't depend on the pool's size; and ``choose(from:)`` chooses
/// among them. A selector that needs more of a document than its keys gets the means to read it
/// when it is made, and its plan keeps more candidates than it chooses.
protocol Selector: Sendable {
  /// The arms of the draw, with budgets for what is kept.
  var plan: DrawPlan { get }

  /// Chooses.
  ///
  /// - Parameter kept: the candidates of ``plan``, of all documents of the pool.
  /// - Returns: the same choice whatever the order in which documents came.
  func choose(from kept: consuming DrawBuffers) -> Choice
}

/// The documents that a ``Selector`` chose.
struct Choice {
  /// The groups and arms of the selector's plan, with the budgets that were drawn.
  var plan: DrawPlan
  /// For each group, a selection for each arm.
  var selections: [[Selection]]
  /// The groups that need more documents than were kept: the pool must be passed over again, with
  /// more slack for these. Empty unless the choice is void.
  var shortGroups: [Int] = []
}

extension DrawRecipe {
  /// The selector of a draw. To add an objective, say here when it is the one.
  ///
  /// - Parameters:
  ///   - budget: of each epoch.
  ///   - fills: whether strata that have too little leave their share to the others.
  func selector(_ budget: Budget, fills: Bool) -> any Selector {
    if fills, let strata { return FilledStrata(self, strata, budget) }
    return GumbelTopK(plan(budget))
  }
}
