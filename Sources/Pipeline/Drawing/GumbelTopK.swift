/// Chooses the documents with the largest keys, arm after arm: Gumbel top-k where keys have noise,
/// and top-k where they have none. Strata draw side by side, and epochs independently.
struct GumbelTopK: Selector {
  let plan: DrawPlan

  init(_ plan: DrawPlan) { self.plan = plan }

  func choose(from kept: consuming DrawBuffers) -> Choice { kept.draw(plan) }
}
