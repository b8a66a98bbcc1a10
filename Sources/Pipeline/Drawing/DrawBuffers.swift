internal import Files
internal import Resampling

/// The documents that a plan may still draw.
struct DrawBuffers: Sendable {
  let plan: DrawPlan
  private var groups: [CandidateGroup]

  /// - Parameters:
  ///   - slack: how much each group keeps beyond its budgets, in their unit.
  ///   - expectedCount: the largest number of documents that may come, to reserve no more memory.
  init(_ plan: DrawPlan, slack: [Int]? = nil, expectedCount: Int = .max) {
    self.plan = plan
    groups = plan.groups.enumerated().map { number, group in
      var settings = CandidateGroup.Settings(joinsCopies: !plan.keepsDuplicates)
      settings.copiesMayDiffer = plan.copiesMayDiffer
      settings.slack = slack?[number] ?? 0
      settings.expectedCount = expectedCount
      if plan.isForLater, group.arms.count > 1 {
        return CandidateGroup(apart: group.arms[0].budget, group.arms[1].budget, settings)
      }
      return group.isParted
        ? CandidateGroup(
          parted: group.arms[0].budget, group.arms.count > 1 ? group.arms[1].budget : nil, settings)
        : CandidateGroup(chain: group.arms.map(\.budget), settings)
    }
  }

  /// A document that may be drawn by an arm, or by either arm of a parted group.
  struct Entry: Sendable {
    var group: Int
    var arm: Int
    var candidate: Candidate
  }

  /// The keys that candidates must reach, by group.
  struct Thresholds: Sendable {
    fileprivate var groups: [CandidateGroup.Thresholds]

    func admit(_ entry: Entry) -> Bool {
      groups[entry.group].admit(entry.candidate, arm: entry.arm)
    }
  }

  var thresholds: Thresholds { Thresholds(groups: groups.map(\.thresholds)) }

  /// - Complexity: O(*n*) on average over a run, for *n* entries.
  mutating func add(_ entries: [Entry]) {
    guard groups.count > 1 else {
      if !groups.isEmpty { groups[0].add(entries.lazy.map { ($0.candidate, $0.arm) }) }
      return
    }
    for entry in entries { groups[entry.group].add(entry.candidate, arm: entry.arm) }
  }

  /// Takes the documents that other buffers of the same plan hold.
  mutating func add(heldBy other: DrawBuffers) {
    for group in groups.indices { groups[group].add(heldBy: other.groups[group]) }
  }

  /// Removes the candidates of a family's groups for which `isLeftOut` is true.
  mutating func removeAll(ofFamily family: Int, where isLeftOut: (Candidate) -> Bool) {
    for group in groups.indices where plan.groups[group].family == family {
      guard plan.copiesMayDiffer, !plan.keepsDuplicates else {
        groups[group].removeAll(where: isLeftOut)
        continue
      }
      // Copies with other keys go with it: which of them are held depends on the order in which
      // documents came.
      var texts: Set<Candidate.TextKey> = []
      groups[group].forEachKept { if isLeftOut($0) { texts.insert($0.textKey) } }
      groups[group].removeAll { texts.contains($0.textKey) }
    }
  }

  /// The number of candidates that are held, including copies.
  var heldCount: Int { groups.reduce(0) { $0 + $1.keptCount } }

  func forEachHeld(_ body: (Candidate) -> Void) {
    for group in groups { group.forEachKept(body) }
  }

  /// The candidates of each group, which have one target, for a later draw.
  consuming func parted() -> [CandidateGroup] {
    precondition(plan.groups.allSatisfy(\.isParted))
    return groups
  }

  /// Takes out the documents that each arm of each group may draw, each text once.
  ///
  /// With several groups, these are the same documents in whatever order they came: a copy in one
  /// group may keep another out. See ``CandidateGroup/take(arm:isAlone:)``.
  consuming func lists() -> [[(entries: [Candidate], isWhole: Bool)]] {
    let isAlone = plan.groups.count == 1
    return plan.groups.indices.map { group in
      plan.groups[group].arms.indices.map { groups[group].take(arm: $0, isAlone: isAlone) }
    }
  }

  /// Draws, once.
  ///
  /// - Parameter plan: a plan with the same groups and arms, and the same budgets or smaller ones.
  consuming func draw(_ plan: DrawPlan) -> Choice {
    var drawn = Choice(plan: plan, selections: plan.groups.map { _ in [] })
    var families: [[Int]] = []
    for (number, group) in plan.groups.enumerated() {
      while families.count <= group.family { families.append([]) }
      families[group.family].append(number)
    }
    for family in families where !family.isEmpty {
      var members: [CandidateGroup] = []
      for group in family {
        // Take the group out of the array, so that changing it copies nothing.
        var taken = CandidateGroup(chain: [], CandidateGroup.Settings(joinsCopies: false))
        swap(&taken, &groups[group])
        members.append(taken)
      }
      var draw = JointDraw(
        members, budgets: family.map { plan.groups[$0].arms.map(\.budget) },
        joinsCopies: !plan.keepsDuplicates, copiesMayDiffer: plan.copiesMayDiffer)
      for (group, selections) in zip(family, draw.takeSelections()) {
        drawn.selections[group] = selections
      }
      drawn.shortGroups += draw.shortGroups.map { family[$0] }
    }
    drawn.shortGroups.sort()
    return drawn
  }
}
