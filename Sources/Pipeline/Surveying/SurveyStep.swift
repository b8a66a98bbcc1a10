internal import Reading
internal import Resampling
internal import Weighting

/// Looks at all documents of the pool once more, for a report: their weights, lengths and domains,
/// and which of them are worth showing.
///
/// Memory is bounded, and nothing of it depends on threads or on the order of shards.
struct SurveyStep {
  /// The number of targets whose weights and documents are shown.
  static let mostTargets = 8
  /// The number of parts of the draw that are listed.
  static let mostParts = 40

  /// The number of documents of a sample, for each reason, so that a page isn't too large.
  static func sampleSize(targetCount: Int) -> Int { max(3, 10 / max(1, targetCount)) }

  /// The number of documents that words are read from, at most.
  static let mostRead = 2_000

  var workers: DocumentWorkers
  /// The selected documents, in pool order.
  var selection: [DrawnDocument]
  /// What may be drawn, and by which keys.
  var plan: DrawPlan
  /// The places of documents that were left out for what they say, in order.
  var leftOut: [Position] = []
  /// The bins of each target's log weights.
  var bins: [WeightBins]
  /// The indices in ``DocumentLine/fields``; nil without such fields.
  var stratumField: Int?
  var domainField: Int?
  /// For the features of each part of the draw; empty counts if they aren't counted.
  var emptyCounts = FeatureCounts(bucketCount: 0)
  /// The number of parts whose features are counted.
  var partCount = 0
  /// Whether each part draws by log weights.
  var drawsByWeight: [Bool]
  var seed: UInt64
  /// The documents that are kept; nil for those of a report.
  var sizes: Sizes?
  var shownFields: ShownFields?
  /// The places of further documents whose names are wanted.
  var wantedPositions: Set<Position> = []

  /// What a document is called.
  struct DocumentName: Sendable {
    var line: Int
    var id: String?
  }

  /// The numbers of documents that are kept for each reason.
  struct Sizes: Sendable {
    var best = 0
    /// Above the cut, and below it.
    var cut = 0
    var unselected = 0
    /// Random ones of the selection.
    var chosen = 0
    /// Random ones of the pool.
    var read = 0
  }

  /// The indices in ``DocumentLine/fields`` of what documents that are shown are called.
  struct ShownFields: Sendable {
    var id: Int
    var domain: Int?
  }

  /// What is known of one side's documents.
  struct Side: Sendable {
    var tokenCount = 0
    var lengths = LengthHistogram()
    var domains = DomainCounts()

    mutating func merge(_ other: Side) {
      tokenCount += other.tokenCount
      lengths.merge(other.lengths)
      domains.merge(other.domains)
    }
  }

  struct Outcome: Sendable {
    var pool = Side()
    var selected = Side()
    /// By target.
    var poolWeights: [BinnedWeights]
    var selectedWeights: [BinnedWeights]
    /// By target: the selected documents with the largest log weights, and with the smallest keys,
    /// and the others with the largest keys.
    var best: [DocumentPicks]
    var last: [DocumentPicks]
    var below: [DocumentPicks]
    /// Random documents that might have been selected.
    var unselected: DocumentPicks
    /// Random selected documents.
    var chosen: DocumentPicks
    /// Random documents, to read words from.
    var read: DocumentPicks
    /// The features of the documents of each part.
    var partCounts: [FeatureCounts]
    /// The names of the wanted documents.
    var nameByPosition: [Position: DocumentName] = [:]
    /// The pass's skipped lines.
    var report = PassReport()

    init(_ step: SurveyStep) {
      poolWeights = step.bins.map { BinnedWeights($0) }
      selectedWeights = poolWeights
      let size = SurveyStep.sampleSize(targetCount: step.bins.count)
      let sizes =
        step.sizes
        ?? Sizes(
          best: size, cut: size, unselected: SurveyStep.sampleSize(targetCount: 1),
          read: SurveyStep.mostRead)
      best = step.bins.map { _ in DocumentPicks(limit: sizes.best) }
      last = step.bins.map { _ in DocumentPicks(limit: sizes.cut) }
      below = step.bins.map { _ in DocumentPicks(limit: sizes.cut, isDistinct: true) }
      unselected = DocumentPicks(limit: sizes.unselected, isDistinct: true)
      chosen = DocumentPicks(limit: sizes.chosen)
      read = DocumentPicks(limit: sizes.read)
      partCounts = Array(repeating: step.emptyCounts, count: step.partCount)
    }

    mutating func merge(_ other: Outcome) {
      pool.merge(other.pool)
      selected.merge(other.selected)
      for target in best.indices {
        poolWeights[target].merge(other.poolWeights[target])
        selectedWeights[target].merge(other.selectedWeights[target])
        best[target].merge(other.best[target])
        last[target].merge(other.last[target])
        below[target].merge(other.below[target])
      }
      unselected.merge(other.unselected)
      chosen.merge(other.chosen)
      nameByPosition.merge(other.nameByPosition) { one, _ in one }
      read.merge(other.read)
      for part in partCounts.indices { partCounts[part].merge(other.partCounts[part]) }
    }
  }

  /// - Throws: ``PipelineError``
  func run<Reader: WeightReader & ~Copyable>(
    _ shards: [Shard], makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> Outcome {
    let texts = selection.map(\.candidate.textHash).sorted()
    let (results, report) = try workers.run(shards) { [self] in
      Surveyor(self, texts, try makeReader())
    }
    var outcome = results[0]
    for result in results.dropFirst() { outcome.merge(result) }
    outcome.report = report
    outcome.pool.domains.trim()
    outcome.selected.domains.trim()
    return outcome
  }

  private struct Surveyor<Reader: WeightReader & ~Copyable>: DocumentConsumer, ~Copyable {
    private let step: SurveyStep
    /// The hashes of the selected texts, sorted.
    private let texts: [UInt64]
    private var reader: Reader
    private var outcome: Outcome
    private let groups: StratumGroups
    /// By target, the first arm that draws by its log weights, for keys.
    private let arms: [DrawPlan.Arm?]
    private let hash: SeededHash

    init(_ step: SurveyStep, _ texts: [UInt64], _ reader: consuming Reader) {
      self.step = step
      self.texts = texts
      self.reader = reader
      outcome = Outcome(step)
      groups = StratumGroups(step.plan, field: step.stratumField)
      arms = step.plan.weightArms(targetCount: step.bins.count)
      hash = SeededHash(seed: step.seed, purpose: .report)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let document = try reader.read(text, of: line)
      let drawn = selected(document.position)
      if let fields = step.shownFields, step.wantedPositions.contains(document.position) {
        outcome.nameByPosition[document.position] = SurveyStep.DocumentName(
          line: line.number, id: DomainCounts.name(of: line.fields[fields.id]))
      }
      outcome.pool.add(document, domain: step.domainField.map { line.fields[$0] })
      outcome.read.add(DocumentPicks.randomScore(hash, document.textHash)) {
        DocumentPick(document, score: $0)
      }
      if let drawn {
        outcome.selected.add(document, domain: step.domainField.map { line.fields[$0] })
        if drawn.part < step.partCount, drawn.target != nil {
          reader.count(text, in: &outcome.partCounts[drawn.part])
        }
      }
      guard step.plan.lengths.contains(document.size.length), !document.isOutsideWindows,
        !groups.groups(of: line).isEmpty
      else { return }
      for target in step.bins.indices { add(document, drawn, target, line) }
      let fields = step.shownFields
      let score = DocumentPicks.randomScore(hash, document.textHash)
      if let drawn {
        let logWeight = reader.weight(drawn.target ?? 0).logWeight
        outcome.chosen.add(score) {
          DocumentPick(document, score: $0, logWeight, line, fields, drawn)
        }
      } else if isLeft(document) {
        let logWeight = reader.weight(0).logWeight
        outcome.unselected.add(score) {
          DocumentPick(document, score: $0, logWeight, line, fields)
        }
      }
    }

    private mutating func add(
      _ document: WeighedDocument, _ drawn: DrawnDocument?, _ target: Int, _ line: DocumentLine
    ) {
      let logWeight = reader.weight(target).logWeight
      let place = step.bins[target].place(of: logWeight)
      let fields = step.shownFields
      outcome.poolWeights[target].add(place: place)
      if let drawn {
        guard drawn.target == target else { return }
        outcome.selectedWeights[target].add(place: place)
        outcome.best[target].add(-logWeight) {
          DocumentPick(document, score: $0, logWeight, line, fields, drawn)
        }
        guard step.drawsByWeight[drawn.part] else { return }
        outcome.last[target].add(drawn.candidate.key) {
          DocumentPick(document, score: $0, logWeight, line, fields, drawn)
        }
      } else if let arm = arms[target], step.plan.mayDraw(logWeight, target: target) {
        let identity = step.plan.identity(
          textHash: document.textHash, position: document.position)
        let key = arm.key(of: reader.weight(target), identity: identity)
        guard isLeft(document) else { return }
        outcome.below[target].add(-key) {
          var pick = DocumentPick(document, score: $0, logWeight, line, fields)
          pick.key = key
          return pick
        }
      }
    }

    /// The selected document at a position; nil if there is none.
    private func selected(_ position: Position) -> DrawnDocument? {
      let place = step.selection.partition(notBefore: position) { $0.candidate.position }
      guard place < step.selection.count,
        step.selection[place].candidate.position == position
      else { return nil }
      return step.selection[place]
    }

    /// Whether a document was weighed against others, and isn't a copy of a selected one.
    private func isLeft(_ document: WeighedDocument) -> Bool {
      let copy = texts.partition(notBefore: document.textHash) { $0 }
      if copy < texts.count, texts[copy] == document.textHash { return false }
      let place = step.leftOut.partition(notBefore: document.position) { $0 }
      return place == step.leftOut.count || step.leftOut[place] != document.position
    }

    mutating func endChunk(_ number: Int) {}

    consuming func finish() -> Outcome { outcome }
  }
}

extension DocumentPick {
  /// - Parameters:
  ///   - line: the document's line, which fields are taken from.
  ///   - drawn: the document as a part of the selection; nil if it isn't.
  fileprivate init(
    _ document: WeighedDocument, score: Double, _ logWeight: Double? = nil,
    _ line: DocumentLine? = nil, _ fields: SurveyStep.ShownFields? = nil,
    _ drawn: DrawnDocument? = nil
  ) {
    self.init(
      score: score,
      place: RecordPlace(position: document.position, byteCount: document.lineByteCount),
      textHash: document.textHash, textByteCount: document.textByteCount,
      tokenCount: document.size.tokenCount, logWeight: logWeight, key: drawn?.candidate.key,
      target: drawn?.target)
    guard let line, let fields else { return }
    self.line = line.number
    id = line.fields[fields.id]
    domain = fields.domain.map { line.fields[$0] }
  }
}

extension SurveyStep.Side {
  fileprivate mutating func add(_ document: WeighedDocument, domain: FieldValue?) {
    tokenCount += document.size.tokenCount
    lengths.add(document.size.tokenCount)
    if let domain { domains.add(domain) }
  }
}

extension DrawPlan {
  /// By target, the first arm that draws by its log weights.
  func weightArms(targetCount: Int) -> [Arm?] {
    (0..<targetCount).map { target in
      groups.lazy.flatMap(\.arms).first { $0.source == .logWeight(target: target) }
    }
  }
}

extension Array {
  /// The first index whose value isn't before `value`, in an array that is sorted by `of`.
  ///
  /// - Complexity: O(log *n*)
  func partition<Value: Comparable>(notBefore value: Value, _ of: (Element) -> Value) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if of(self[middle]) < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
