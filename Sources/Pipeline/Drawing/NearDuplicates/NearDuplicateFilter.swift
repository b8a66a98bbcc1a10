internal import Deduplicating
internal import Resampling
internal import Weighting

/// Leaves documents out of a draw that are similar to ones with larger keys.
///
/// The documents that the keys reach are gone through: part after part of the draw, and in a part
/// by falling key. A document that is similar to one before it, which wasn't left out itself, is
/// left out. The keys then reach further documents in its place, and so on, until there is none to
/// leave out. Epochs that draw independently of each other are gone through separately.
///
/// With one target and no strata, this is the draw in which each document in the order of keys is
/// taken unless it is similar to one that was taken before.
struct NearDuplicateFilter: Sendable {
  /// The least Jaccard similarity of documents that are left out; above 0.
  var similarity: Double
  var source: any TokenSource
  /// For the tokens, if memory has no room for them.
  var room: SpoolRoom

  /// What a draw keeps beyond its budget, so that enough is left: a quarter of it, and some.
  ///
  /// If that doesn't suffice, the draw begins again with more.
  static func slack(_ budget: Budget) -> Int {
    let some = if case .documents = budget { 1024 } else { budget.amount }
    let quarter = budget.amount / 4
    return quarter > .max - some ? .max : quarter + some
  }

  /// - Parameters:
  ///   - kept: the candidates of `selector`, from which near-duplicates are removed.
  ///   - eligible: the size of all documents that may be drawn.
  /// - Returns: those that were removed.
  /// - Throws: ``PipelineError``
  func leaveOut(
    from kept: inout DrawBuffers, by selector: any Selector, eligible: EligibleDocuments
  ) throws -> NearDuplicates {
    var found = NearDuplicates(similarity: similarity)
    var all: [Candidate] = []
    kept.forEachHeld { all.append($0) }
    Candidates.sortByPosition(&all)
    var last: Position?
    all.removeAll { candidate in
      defer { last = candidate.position }
      return candidate.position == last
    }
    try checkRoom(all)
    let tokens = CandidateTokens(
      count: all.count, similarity: similarity, room: room)
    try source.read(all, into: tokens)
    var walk = Walk(all, tokens, similarity)
    var listed: Set<Position> = []
    while true {
      let reached = try selector.reached(in: kept, eligible: eligible)
      // The groups that are short are found again when documents are chosen.
      guard reached.shortGroups.isEmpty else { return found }
      var isDone = true
      for (family, parts) in reached.families.enumerated() {
        let more = try walk.nearDuplicates(in: parts, family: family)
        guard !more.isEmpty else { continue }
        isDone = false
        let places = Set(more.map(\.candidate.placeKey))
        kept.removeAll(ofFamily: family) { places.contains($0.placeKey) }
        found.documents += more.filter { listed.insert($0.candidate.position).inserted }
      }
      if isDone { break }
    }
    found.documents.sort { $0.candidate.position < $1.candidate.position }
    return found
  }

  /// Refuses to read tokens for which the disk has no room.
  private func checkRoom(_ candidates: [Candidate]) throws(PipelineError) {
    let byteCount = 4 * candidates.reduce(0) { $0 + $1.tokenCount }
    // What memory holds needs no file.
    guard byteCount > CandidateBytes.mostHeld else { return }
    try room.check(byteCount: byteCount)
  }

  /// Goes through documents, and remembers what it found.
  private struct Walk {
    private let all: [Candidate]
    private let tokens: CandidateTokens
    private let similarity: Double
    private var kept: SimilarKept
    /// The documents that each family kept the last time, in their order.
    private var before: [[Int]] = []
    /// The shingles of documents that others were compared with: of one template, they come again
    /// and again.
    private var recent: [Int: ShingleSet] = [:]
    private static let mostRecent = 2048

    init(_ all: [Candidate], _ tokens: CandidateTokens, _ similarity: Double) {
      self.all = all
      self.tokens = tokens
      self.similarity = similarity
      kept = tokens.similar
    }

    /// - Parameter parts: the documents of the family's parts, in the order in which these draw.
    mutating func nearDuplicates(
      in parts: [[Candidate]], family: Int
    ) throws(PipelineError) -> [NearDuplicate] {
      kept.forget()
      while before.count <= family { before.append([]) }
      let known = before[family]
      var order: [Int] = []
      // As long as the same documents come, none is similar to another.
      var isKnown = true
      var texts: Set<Candidate.TextKey> = []
      var found: [NearDuplicate] = []
      for part in parts {
        // A text that another part may draw as well comes once, and so do its copies.
        for candidate in part.sorted(by: { $0.precedes($1) })
        where texts.insert(candidate.textKey).inserted {
          let number = Candidates.firstIndex(from: candidate.position, in: all)
          isKnown = isKnown && order.count < known.count && known[order.count] == number
          if !isKnown, let (other, value) = try similar(to: number) {
            found.append(NearDuplicate(candidate: candidate, kept: all[other], similarity: value))
            continue
          }
          kept.keep(number)
          order.append(number)
        }
      }
      before[family] = order
      return found
    }

    /// A document that was kept and is similar to another, and how similar it is; nil if there is
    /// none.
    private mutating func similar(to number: Int) throws(PipelineError) -> (Int, Double)? {
      let others = kept.mayBeSimilar(to: number)
      guard !others.isEmpty else { return nil }
      let shingles = try tokens.shingles(of: number)
      for other in others {
        let value = shingles.similarity(to: try keptShingles(of: other))
        if value >= similarity { return (other, value) }
      }
      return nil
    }

    private mutating func keptShingles(of number: Int) throws(PipelineError) -> ShingleSet {
      if let known = recent[number] { return known }
      let shingles = try tokens.shingles(of: number)
      if recent.count >= Self.mostRecent { recent.removeAll(keepingCapacity: true) }
      recent[number] = shingles
      return shingles
    }
  }
}
