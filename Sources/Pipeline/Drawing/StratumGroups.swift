internal import Files
internal import Reading

/// Finds the groups that a document may be drawn by.
struct StratumGroups: Sendable {
  private let field: Int?
  private let byStratum: [ExactString: [Int]]
  private let all: [Int]

  init(_ plan: DrawPlan, field: Int?) {
    self.field = field
    all = Array(plan.groups.indices)
    var byStratum: [ExactString: [Int]] = [:]
    for (group, settings) in plan.groups.enumerated() {
      if let stratum = settings.stratum {
        byStratum[plan.strata[stratum], default: []].append(group)
      }
    }
    self.byStratum = byStratum
  }

  func groups(of line: DocumentLine) -> [Int] {
    guard let field else { return all }
    return byStratum[ExactString(line.fields[field].stratum)] ?? []
  }
}
