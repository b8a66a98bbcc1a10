internal import Compression
internal import Featurizing
internal import Files
internal import Reading
internal import Resampling
internal import Weighting
internal import Writing

/// Reads chosen lines in pool order, and copies them byte for byte.
struct CopyStep {
  var shards: [Shard]
  var limits: ReadingLimits
  var progress: ProgressMeter
  /// What annotations call the targets.
  var targetNames: [String?] = []

  /// Calls `body` with each place's line, in pool order.
  ///
  /// - Parameter places: in pool order.
  /// - Throws: ``PipelineError``, and what `body` throws.
  func forEachLine<Place>(
    _ places: [Place], at place: (Place) -> LinePlace,
    _ body: (Place, inout ByteBuffer, Range<Int>) throws -> Void
  ) throws {
    var next = 0
    while next < places.count {
      let shard = place(places[next]).position.shard
      do {
        var reader = try LineReader(shards[shard], limits: limits)
        var stored = 0
        while next < places.count, place(places[next]).position.shard == shard {
          let line = place(places[next])
          try reader.withLine(at: line.position.offset, count: line.byteCount) { bytes, range in
            try body(places[next], &bytes, range)
          }
          progress.advance(stored: reader.storedByteCount - stored, text: line.byteCount)
          stored = reader.storedByteCount
          next += 1
        }
        try reader.finish()
      } catch let error as ReadingError {
        throw PipelineError.input(.reading(error, line: nil))
      }
    }
  }

  /// What was copied.
  struct Outcome {
    /// The features of the documents that each target drew; empty without a weigher.
    var counts: [FeatureCounts] = []
    var documentCount = 0
    var tokenCount = 0
    var byteCount = 0
    var copyCount = 0

    mutating func add(_ other: Outcome) {
      for target in counts.indices { counts[target].merge(other.counts[target]) }
      if counts.isEmpty { counts = other.counts }
      documentCount += other.documentCount
      tokenCount += other.tokenCount
      byteCount += other.byteCount
      copyCount += other.copyCount
    }
  }

  /// Writes the selected documents, and counts their features.
  ///
  /// Each text's hash is compared with the one that was weighed: so a pool that changed in between can't
  /// be taken for the one that was.
  ///
  /// - Parameters:
  ///   - weigher: counts what each target drew; nil where there are no models.
  ///   - annotates: weigh each document again, and add log weight and key to its line, in place of such a member that
  ///     it has already.
  ///   - order: for a sink that shuffles.
  ///   - wasWeighedBefore: whether another run weighed the text, perhaps that of another field.
  /// - Throws: ``PipelineError``
  func run(
    _ selection: [DrawnDocument], textField: String, weigher: inout DocumentWeigher?,
    annotates: Bool, order: ShuffleOrder?, wasWeighedBefore: Bool = false,
    into sink: inout LineSink
  ) throws -> Outcome {
    var outcome = Outcome()
    outcome.counts = weigher?.emptyCounts ?? []
    do {
      var parser = try DocumentParser(textField: textField)
      try forEachLine(selection, at: \.place) { drawn, bytes, range in
        let document = drawn.candidate
        // Before the text is parsed, which may resolve escapes where they stand.
        var line: [UInt8] = []
        let number = order?(document) ?? 0
        if annotates {
          // What an earlier run has added is replaced.
          if let rest = JSONMembers.removing(
            DrawnDocument.member, from: bytes.span.extracting(range))
          {
            line = rest
          } else {
            line.append(copying: bytes.span.extracting(range))
          }
        } else {
          try sink.write(bytes.span.extracting(range), order: number)
        }
        outcome.documentCount += 1
        outcome.tokenCount += document.tokenCount
        outcome.byteCount += range.count + 1
        outcome.copyCount += Int(document.copies)
        let path = shards[document.position.shard].name
        let changed: PipelineError =
          wasWeighedBefore
          ? .weights(.otherText(path: path, field: textField))
          : .input(.reading(.changed(path: path), line: nil))
        do {
          try parser.parse(range, of: &bytes) { text in
            guard TextHash.of(text) == document.textHash else { throw changed }
            // What is drawn at random is nobody's.
            if let target = drawn.target { weigher?.count(text, in: &outcome.counts[target]) }
            if annotates {
              let member = try drawn.annotation(text, names: targetNames, &weigher)
              try sink.write(line.span, adding: member, order: number)
            }
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
}

/// A document of a selection: 56 bytes, of which there are as many as are drawn.
struct DrawnDocument: Sendable {
  let candidate: Candidate
  /// Below 0 for none.
  private let targetNumber: Int16

  /// - Parameter target: the target that drew it; nil if it was drawn at random.
  init(candidate: Candidate, target: Int?) {
    self.candidate = candidate
    targetNumber = target.map { Int16($0) } ?? -1
  }

  var target: Int? { targetNumber < 0 ? nil : Int(targetNumber) }

  var place: LinePlace {
    LinePlace(position: candidate.position, byteCount: candidate.lineByteCount)
  }

  /// The member of a line that holds what dsel adds.
  static let member = "dsel"

  /// What is added to its line.
  ///
  /// - Parameter names: of the targets that have one.
  fileprivate func annotation(
    _ text: Span<UInt8>, names: [String?], _ weigher: inout DocumentWeigher?
  ) throws -> String {
    var members = ["\"key\":\(candidate.key)"]
    if let target, let logWeight = weigher?.logWeight(of: text, target: target) {
      members.insert("\"log_weight\":\(logWeight)", at: 0)
    }
    if let target, names.indices.contains(target), let name = names[target] {
      var quoted: [UInt8] = []
      quoted.append(jsonString: name)
      members.append("\"target\":\(String(decoding: quoted, as: UTF8.self))")
    }
    return "\"\(Self.member)\":{\(members.joined(separator: ","))}"
  }
}
