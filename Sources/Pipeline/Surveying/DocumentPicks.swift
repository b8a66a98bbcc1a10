internal import Reading
internal import Resampling

/// A document that a report may show.
struct DocumentPick: Sendable {
  /// Documents with smaller scores are kept.
  var score: Double
  var place: RecordPlace
  var textHash: UInt64
  var textByteCount: Int
  var tokenCount: Int?
  var logWeight: Double?
  var key: Double?
  /// The target of the log weight; nil if no target drew the document.
  var target: Int?
  /// The line's number, and the values of ``SurveyStep/ShownFields``; nil if they aren't known.
  var line: Int?
  var id: FieldValue?
  var domain: FieldValue?

  fileprivate func precedes(_ other: DocumentPick) -> Bool {
    (score, place.position) < (other.score, other.place.position)
  }
}

extension DocumentPick {
  init(_ candidate: Candidate, score: Double) {
    self.init(
      score: score, place: candidate.recordPlace, textHash: candidate.textHash,
      textByteCount: candidate.textByteCount, tokenCount: candidate.tokenCount, key: candidate.key)
  }
}

/// The documents with the smallest scores, whatever the order in which they come.
struct DocumentPicks: Sendable {
  private let limit: Int
  /// Whether the first of equal texts is kept alone.
  private let isDistinct: Bool
  private var kept: [DocumentPick] = []
  /// No larger score is kept any more.
  private var threshold = Double.infinity

  init(limit: Int, isDistinct: Bool = false) {
    self.limit = limit
    self.isDistinct = isDistinct
  }

  /// - Parameter pick: makes the document, if its score is small enough.
  mutating func add(_ score: Double, _ pick: (Double) -> DocumentPick) {
    guard limit > 0, score <= threshold else { return }
    kept.append(pick(score))
    if kept.count >= 2 * limit { trim() }
  }

  mutating func merge(_ other: DocumentPicks) {
    for pick in other.kept { add(pick.score) { _ in pick } }
  }

  /// In the order of their scores.
  var sorted: [DocumentPick] {
    let ordered = kept.sorted { $0.precedes($1) }
    guard isDistinct else { return Array(ordered.prefix(limit)) }
    var texts: Set<UInt64> = []
    return Array(ordered.filter { texts.insert($0.textHash).inserted }.prefix(limit))
  }

  private mutating func trim() {
    kept = sorted
    if kept.count == limit, let last = kept.last { threshold = last.score }
  }
}

extension DocumentPicks {
  /// A score that makes picks a random sample, the same wherever documents come.
  static func randomScore(_ hash: SeededHash, _ textHash: UInt64) -> Double {
    // The upper 53 bits are a whole number that a double holds exactly.
    Double(hash(textHash) >> 11)
  }
}
