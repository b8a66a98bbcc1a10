internal import Weighting

/// Chooses the documents with the largest keys, arm after arm.
///
/// This is Gumbel top-k if keys have noise, and top-k if they have none. Strata draw side by side,
/// and epochs independently.
struct GumbelTopK: Selector {
  let plan: DrawPlan

  init(_ plan: DrawPlan) { self.plan = plan }

  func choose(from kept: consuming DrawBuffers, eligible: EligibleDocuments) -> Choice {
    kept.draw(plan)
  }
}
