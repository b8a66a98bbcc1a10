internal import Resampling
internal import Weighting

/// What is drawn, by which keys, and in which order.
///
/// The arms of a group draw one after the other, without replacement between them. Groups draw independently of one another:
/// they are strata, which have no document in common, or epochs, which may.
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
    var arms: [Arm]
  }

  var groups: [Group]
  /// The values of the stratifying field. A document of another value is in no group.
  var strata: [String] = []
  var keepsDuplicates: Bool
  var minimumLength: Int

  /// What the noise of a document is keyed by.
  func identity(textHash: UInt64, position: Position) -> UInt64 {
    keepsDuplicates ? GumbelNoise.identity(of: position) : textHash
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

/// The documents that a plan may still draw.
struct DrawBuffers: Sendable {
  private enum Buffer: Sendable {
    /// One or two arms by the same target: the two share one buffer's memory.
    case parted(PartedCandidates)
    case chain(TargetCandidates)
  }

  let plan: DrawPlan
  private var buffers: [Buffer]

  /// - Parameter expectedCount: the number of documents that may come, to reserve no more memory than that.
  init(_ plan: DrawPlan, expectedCount: Int) {
    self.plan = plan
    buffers = plan.groups.map { group in
      if group.isParted {
        .parted(
          PartedCandidates(
            budgets: (group.arms[0].budget, group.arms.count > 1 ? group.arms[1].budget : nil),
            joinsCopies: !plan.keepsDuplicates, expectedCount: expectedCount))
      } else {
        .chain(
          TargetCandidates(
            budgets: group.arms.map(\.budget), joinsCopies: !plan.keepsDuplicates,
            expectedCount: expectedCount))
      }
    }
  }

  /// A document that may be drawn by an arm, or by either arm of a group that is parted.
  struct Entry: Sendable {
    var group: Int
    var arm: Int
    var candidate: Candidate
  }

  /// What keys must reach, by group and arm.
  struct Thresholds: Sendable {
    fileprivate enum Threshold: Sendable {
      case parted(PartedCandidates.Thresholds)
      case chain([Double])
    }
    fileprivate var groups: [Threshold]

    func admit(_ entry: Entry) -> Bool {
      switch groups[entry.group] {
      case .parted(let thresholds): thresholds.admit(entry.candidate)
      case .chain(let thresholds): entry.candidate.key >= thresholds[entry.arm]
      }
    }
  }

  var thresholds: Thresholds {
    Thresholds(
      groups: buffers.map {
        switch $0 {
        case .parted(let candidates): .parted(candidates.thresholds)
        case .chain(let candidates):
          .chain(candidates.budgets.indices.map { candidates.threshold(target: $0) })
        }
      })
  }

  mutating func add(_ entries: [Entry]) {
    for group in buffers.indices where entries.contains(where: { $0.group == group }) {
      switch take(group) {
      case .parted(var candidates):
        for entry in entries where entry.group == group { candidates.add(entry.candidate) }
        buffers[group] = .parted(candidates)
      case .chain(var candidates):
        for entry in entries where entry.group == group {
          candidates.add(entry.candidate, target: entry.arm)
        }
        buffers[group] = .chain(candidates)
      }
    }
  }

  /// Takes a buffer out. Changed where it is, or in a copy beside it, its content would be copied.
  private mutating func take(_ group: Int) -> Buffer {
    var buffer = Buffer.chain(
      TargetCandidates(budgets: [], joinsCopies: false, expectedCount: 0))
    swap(&buffer, &buffers[group])
    return buffer
  }

  /// Takes out what the only group, of one target, keeps for a draw to come.
  mutating func takeOnlyParted() -> PartedCandidates {
    guard buffers.count == 1, case .parted(let candidates) = take(0) else {
      preconditionFailure("several groups or targets")
    }
    return candidates
  }

  /// How many documents each group can draw at most, copies joined.
  ///
  /// - Precondition: budgets are of documents.
  func availableCounts() -> [Int] {
    buffers.map { buffer in
      switch buffer {
      case .parted(let candidates): candidates.kept().count
      case .chain(let candidates): candidates.kept().count
      }
    }
  }

  /// The same documents for a plan whose groups and arms are these, with smaller budgets.
  mutating func moved(to plan: DrawPlan) -> DrawBuffers {
    var result = DrawBuffers(plan, expectedCount: 0)
    for group in buffers.indices {
      switch take(group) {
      case .parted(let candidates):
        result.add(
          candidates.kept().map { Entry(group: group, arm: 0, candidate: $0) })
      case .chain(let candidates):
        for (arm, kept) in candidates.keptByTarget().enumerated() {
          result.add(kept.map { Entry(group: group, arm: arm, candidate: $0) })
        }
      }
    }
    return result
  }

  /// Draws, once.
  ///
  /// - Returns: for each group, a selection for each arm.
  mutating func draw() -> [[Selection]] {
    plan.groups.indices.map { group in
      switch take(group) {
      case .parted(let candidates):
        let drawn = candidates.draw()
        return [drawn.first] + (drawn.second.map { [$0] } ?? [])
      case .chain(let candidates): return candidates.draw()
      }
    }
  }
}

extension DrawPlan.Group {
  /// One arm by log weights, or that and one by the same target's log odds.
  var isParted: Bool {
    guard case .logWeight(let target) = arms.first?.source else { return false }
    return arms.count == 1 || (arms.count == 2 && arms[1].source == .logOdds(target: target))
  }
}
