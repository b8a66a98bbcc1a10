internal import Resampling
internal import Weighting

/// The excluded documents that a plan would still draw, if they weren't excluded.
///
/// They take as much memory as the documents that may be drawn, and 40 bytes each for the reason.
struct ExcludedBuffers: Sendable {
  struct Entry: Sendable {
    var entry: DrawBuffers.Entry
    var match: ExclusionMatch
  }

  private(set) var buffers: DrawBuffers
  /// Why a text is excluded, for all texts in the buffers, and perhaps for others.
  private var matches: [Candidate.TextKey: ExclusionMatch] = [:]
  private static let smallestSlack = 8192

  init(_ plan: DrawPlan, slack: [Int]? = nil, expectedCount: Int = .max) {
    buffers = DrawBuffers(plan, slack: slack, expectedCount: expectedCount)
  }

  var isEmpty: Bool { matches.isEmpty }

  var thresholds: DrawBuffers.Thresholds { buffers.thresholds }

  mutating func add(_ entries: [Entry]) {
    buffers.add(entries.map(\.entry))
    for entry in entries { matches[entry.entry.candidate.textKey] = entry.match }
    guard matches.count > 2 * buffers.heldCount + Self.smallestSlack else { return }
    var left: [Candidate.TextKey: ExclusionMatch] = [:]
    buffers.forEachHeld { left[$0.textKey] = matches[$0.textKey] }
    matches = left
  }

  /// Why a document in the buffers is excluded; nil for documents that aren't.
  func match(_ candidate: Candidate) -> ExclusionMatch? { matches[candidate.textKey] }
}

extension ExcludedBuffers {
  /// The excluded documents that a selector would have reached, in pool order.
  ///
  /// - Parameters:
  ///   - kept: the documents that aren't excluded.
  ///   - shortGroups: gets the groups that kept too little to tell.
  func passedOver(
    by selector: any Selector, from kept: DrawBuffers, eligible: EligibleDocuments,
    _ shortGroups: inout [Int]
  ) throws -> [ExcludedDocument] {
    guard !isEmpty else { return [] }
    var all = kept
    all.add(heldBy: buffers)
    let reached = try selector.reached(in: all, eligible: eligible)
    shortGroups += reached.shortGroups
    return excluded(among: reached.documents, joinsCopies: !selector.plan.keepsDuplicates)
  }

  /// The excluded ones among documents, each once, in pool order.
  ///
  /// - Parameter joinsCopies: whether each text counts once, where it comes first.
  func excluded(among documents: [Candidate], joinsCopies: Bool) -> [ExcludedDocument] {
    var found: [ExcludedDocument] = []
    for candidate in documents {
      guard let match = match(candidate) else { continue }
      found.append(ExcludedDocument(candidate: candidate, match: match))
    }
    found.sort { $0.candidate.position < $1.candidate.position }
    var seen: Set<Candidate.TextKey> = []
    return found.filter {
      seen.insert(joinsCopies ? $0.candidate.textKey : $0.candidate.placeKey).inserted
    }
  }
}
