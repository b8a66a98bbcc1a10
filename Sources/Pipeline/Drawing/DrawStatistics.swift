/// What annotations say about the draw of each document.
struct DrawStatistics: Sendable {
  /// The facts that all documents of a part have in common.
  private struct Part: Sendable {
    var members: [Annotation.Member]
    var inclusion: InclusionProbability?
  }

  private let wanted: [AnnotationStatistic]
  private let parts: [Part]
  private let ranks: PoolRanks?

  /// - Parameters:
  ///   - wanted: what to say.
  ///   - drawn: the outcome of a draw with a ``StatisticsPlan`` for that.
  ///   - ranks: nil if they aren't wanted.
  init(_ wanted: [AnnotationStatistic], _ drawn: Drawn, ranks: PoolRanks?) {
    self.wanted = AnnotationStatistic.allCases.filter { wanted.contains($0) }
    self.ranks = ranks
    parts = drawn.parts.indices.map { number in
      let part = drawn.parts[number]
      var members: [Annotation.Member] = [
        .init(name: "part", value: .text(part.name(isOfSet: drawn.objective != nil)))
      ]
      if let stratum = part.stratum {
        members.append(.init(name: "stratum", value: .text(stratum)))
      }
      if drawn.epochCount > 1 {
        members.append(.init(name: "epoch", value: .count(part.arm.epoch)))
      }
      return Part(members: members, inclusion: InclusionProbability(ofPart: number, of: drawn))
    }
  }

  /// - Parameter logWeight: nil for a document without one.
  func members(of document: DrawnDocument, _ logWeight: Double?) -> [Annotation.Member] {
    let part = parts[document.part]
    let rank: Int? =
      if let logWeight, let target = document.target {
        ranks?.rank(of: logWeight, target: target)
      } else { nil }
    var members: [Annotation.Member] = []
    for statistic in wanted {
      switch statistic {
      case .part: members += part.members
      case .probability:
        let inclusion = part.inclusion
        let value = logWeight.flatMap { inclusion?.value(logWeight: $0) }
        members.append(.init(name: "probability", value: value.map { .number($0) } ?? .none))
      case .rank:
        members.append(.init(name: "rank", value: rank.map { .count($0) } ?? .none))
      case .quantile:
        let value = rank.flatMap { ranks?.quantile(ofRank: $0) }
        members.append(.init(name: "quantile", value: value.map { .number($0) } ?? .none))
      }
    }
    return members
  }
}
