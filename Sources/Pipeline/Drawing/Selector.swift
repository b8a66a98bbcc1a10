internal import Choosing
internal import Resampling
internal import Weighting

/// A selection objective: chooses the draw among the documents that a pass over the pool kept.
///
/// A draw has three steps. The selector's ``plan`` says which keys documents get, and how many of
/// the largest are kept. ``DrawStep`` passes over the pool and keeps that many in ``DrawBuffers``,
/// whose memory doesn't depend on the pool's size. ``choose(from:)`` chooses among them.
///
/// A selector that needs more of a document than its keys gets a way to read it when it is made.
/// Its plan keeps more candidates than it chooses.
protocol Selector: Sendable {
  /// The arms of the draw, with budgets for the candidates that are kept.
  var plan: DrawPlan { get }

  /// Chooses the documents of the draw.
  ///
  /// - Parameters:
  ///   - kept: the candidates of ``plan``, from all documents of the pool.
  ///   - eligible: the size of all documents that may be drawn.
  /// - Returns: the choice, which doesn't depend on the order in which documents came.
  /// - Throws: ``PipelineError`` if documents can't be read again.
  func choose(from kept: consuming DrawBuffers, eligible: EligibleDocuments) throws -> Choice

  /// The documents that the keys alone would choose, or make candidates of a choice.
  ///
  /// With them, excluded documents are counted: those among `kept` are part of it, as if they
  /// weren't excluded.
  ///
  /// - Parameters: as for ``choose(from:eligible:)``.
  func reached(in kept: consuming DrawBuffers, eligible: EligibleDocuments) throws -> Reached

  /// The step of the run that choosing belongs to.
  var step: Step { get }
}

/// The documents that a ``Selector`` would choose by keys.
struct Reached {
  /// By family, the documents of its arms, in the order in which these draw: see ``DrawPlan``.
  var families: [[[Candidate]]] = []
  /// As ``Choice/shortGroups``.
  var shortGroups: [Int] = []

  init() {}

  /// - Parameters:
  ///   - plan: the groups and their arms.
  ///   - documents: those of an arm of a group, by their numbers.
  init(_ plan: DrawPlan, shortGroups: [Int] = [], documents: (Int, Int) -> [Candidate]) {
    self.shortGroups = shortGroups
    for (number, group) in plan.groups.enumerated() {
      while families.count <= group.family { families.append([]) }
      for arm in group.arms.indices {
        if families[group.family].count == arm { families[group.family].append([]) }
        families[group.family][arm] += documents(number, arm)
      }
    }
  }

  var documents: [Candidate] { families.flatMap { $0.flatMap { $0 } } }
}

extension Selector {
  var step: Step { .weigh }

  func reached(in kept: consuming DrawBuffers, eligible: EligibleDocuments) throws -> Reached {
    let choice = try choose(from: kept, eligible: eligible)
    guard choice.shortGroups.isEmpty else {
      var reached = Reached()
      reached.shortGroups = choice.shortGroups
      return reached
    }
    return Reached(choice.plan) { choice.selections[$0][$1].documents }
  }
}

/// The documents that a ``Selector`` chose.
struct Choice {
  /// The groups and arms of the selector's plan, with the budgets that were drawn.
  var plan: DrawPlan
  /// One selection per arm, by group.
  var selections: [[Selection]]
  /// The groups that need more documents than were kept; empty unless the choice is void.
  ///
  /// The pool must then be read again, with more slack for these groups.
  var shortGroups: [Int] = []
  /// How a set was chosen; nil for a choice by keys.
  var objective: SetObjective?
  /// The sets that were chosen.
  var sets = SetGains()
  /// The number of candidates that sets were chosen from.
  var candidateCount = 0
  /// The ranks of observed candidates, by group and arm; empty unless they are wanted.
  var ranksByGroup: [Int: [Int: CandidateRanks]] = [:]
}

extension DrawRecipe {
  /// The selector of a draw.
  ///
  /// To add an objective, return its selector here.
  ///
  /// - Parameters:
  ///   - budget: the budget of each epoch.
  ///   - fills: whether strata with too few documents leave their share to the others.
  func selector(_ budget: Budget, fills: Bool) -> any Selector {
    if fills, let strata { return FilledStrata(self, strata, budget) }
    return GumbelTopK(plan(budget))
  }
}
