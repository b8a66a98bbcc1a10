internal import Compression
internal import Featurizing
internal import Reading
internal import Resampling
internal import Weighting
internal import Writing

/// Copies the selected documents to an output, in pool order, and counts their features.
///
/// Each text's hash is compared with the one that was weighed, to detect a pool that has changed.
struct CopyStep {
  var shards: [Shard]
  var limits: ReadingLimits
  var progress: ProgressMeter
  /// The names of the targets, for annotations.
  var targetNames: [String?] = []
  /// The sets that the documents belong to, for annotations; nil for a draw by weight.
  var sets: SetGains?
  /// What annotations have besides; nil for nothing.
  var statistics: DrawStatistics?
  /// Makes lines that say where documents are, to be written instead of them; nil to copy them.
  var picks: PickLines?
  /// Has the records of some documents; nil if there is nothing.
  var kept: KeptRecords?

  /// The outcome of copying.
  struct Outcome {
    /// The features of the documents that each target drew; empty without a weigher.
    var counts: [FeatureCounts] = []
    /// The features of the documents that were drawn at random; nil without a weigher.
    var randomCounts: FeatureCounts?
    var documentCount = 0
    var tokenCount = 0
    var byteCount = 0
    var copyCount = 0

    mutating func add(_ other: Outcome) {
      for target in counts.indices { counts[target].merge(other.counts[target]) }
      if counts.isEmpty { counts = other.counts }
      if let random = other.randomCounts {
        if randomCounts == nil { randomCounts = random } else { randomCounts?.merge(random) }
      }
      documentCount += other.documentCount
      tokenCount += other.tokenCount
      byteCount += other.byteCount
      copyCount += other.copyCount
    }

    /// Counts a document, except its features.
    mutating func add(_ document: Candidate) {
      documentCount += 1
      tokenCount += document.tokenCount
      byteCount += document.byteCost
      copyCount += Int(document.copies)
    }
  }

  /// - Parameters:
  ///   - selection: the documents, in pool order.
  ///   - weigher: counts the features of the documents that each target drew; nil without models.
  ///   - annotates: whether each document is weighed again, and written with its log weight and
  ///     key.
  ///   - logWeights: those of the documents, if they are known; nil to weigh annotated documents
  ///     again.
  ///   - order: the order of a sink that sorts.
  ///   - wasWeighedBefore: whether another run weighed the text, perhaps in another field.
  /// - Throws: ``PipelineError``
  func run(
    _ selection: [DrawnDocument], textField: TextField, weigher: inout DocumentWeigher?,
    annotates: Bool, logWeights: [Double]? = nil, order: LineOrder?, wasWeighedBefore: Bool = false,
    into sink: inout any RecordSink & ~Copyable
  ) throws -> Outcome {
    var outcome = Outcome()
    var index = 0
    outcome.counts = weigher?.emptyCounts ?? []
    outcome.randomCounts = outcome.counts.isEmpty ? nil : outcome.counts[0]
    let records = PlacedRecords(
      shards: shards, limits: limits, textField: textField, progress: progress, kept: kept)
    // A copy of the record, for the case that it is written after its text was read.
    var bytes: [UInt8] = []
    var gains = annotates ? gainReader(weigher?.features) : nil
    do {
      try records.forEach(selection, at: \.place) { drawn, record in
        let document = drawn.candidate
        let number = order?.number(of: document, at: index) ?? 0
        let logWeight = logWeights?[index]
        index += 1
        // Use the line before the text is read, since that may change the bytes.
        if let picks {
          bytes = picks.line(document)
        } else {
          try record.withLine { line in
            guard annotates else { return try sink.write(line, adding: nil, order: number) }
            bytes.removeAll(keepingCapacity: true)
            bytes.append(copying: line)
          }
        }
        outcome.add(document)
        let changed = changed(document, textField, wasWeighedBefore)
        do {
          try record.withText { text in
            guard TextHash.of(text) == document.textHash else { throw changed }
            // A document that was drawn at random belongs to no target.
            if let target = drawn.target {
              weigher?.count(text, in: &outcome.counts[target])
            } else if var random = outcome.randomCounts.take() {
              weigher?.count(text, in: &random)
              outcome.randomCounts = random
            }
            guard annotates || picks != nil else { return }
            var annotation = annotation(drawn, logWeight, text, &weigher, &gains)
            annotation.statistics = statistics?.members(of: drawn, annotation.logWeight) ?? []
            try sink.write(bytes.span, adding: annotation, order: number)
          }
        } catch is InvalidLine {
          throw changed
        }
      }
    } catch let error as WritingError {
      throw PipelineError.output(.writing(error))
    }
    return outcome
  }

  /// The error for a document whose text isn't the one that was weighed.
  private func changed(
    _ document: Candidate, _ textField: TextField, _ wasWeighedBefore: Bool
  ) -> PipelineError {
    let path = shards[document.position.shard].name
    return wasWeighedBefore
      ? .weights(.otherText(path: path, field: textField.expression))
      : .input(.reading(.changed(path: path), line: nil))
  }

  private func gainReader(_ features: FeatureSettings?) -> GainReader? {
    guard let sets, let features else { return nil }
    return GainReader(sets, features)
  }

  private func annotation(
    _ drawn: DrawnDocument, _ logWeight: Double?, _ text: Span<UInt8>,
    _ weigher: inout DocumentWeigher?,
    _ gains: inout GainReader?
  ) -> Annotation {
    var annotation = Annotation(key: drawn.candidate.key)
    guard let target = drawn.target else { return annotation }
    annotation.logWeight = logWeight ?? weigher?.logWeight(of: text, target: target)
    annotation.gain = gains?.gain(of: text, target: target)
    annotation.order = sets?.byTarget[target]?.places[drawn.candidate.position]
    if targetNames.indices.contains(target) { annotation.target = targetNames[target] }
    return annotation
  }
}

extension DrawnDocument {
  var place: RecordPlace { candidate.recordPlace }
}
