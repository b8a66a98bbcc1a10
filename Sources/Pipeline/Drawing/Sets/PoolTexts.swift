internal import Files
internal import Reading
internal import Resampling

/// Takes the texts of candidates that are read again, in one of several workers.
protocol CandidateReader: ~Copyable, SendableMetatype {
  /// - Parameter number: the candidate's number.
  mutating func add(_ text: Span<UInt8>, of candidate: Candidate, number: Int) throws

  /// Is called when all candidates of a chunk were added.
  mutating func endChunk() throws
}

/// Reads candidates again: in the pool, or where an earlier pass has kept their records.
///
/// Other documents of the pool aren't parsed, and those of plain files aren't read.
struct PoolTexts {
  var shards: [Shard]
  var workers: DocumentWorkers
  /// Has the records of some candidates, and keeps those of the others; nil for neither.
  var kept: KeptRecords?
  /// Whether each shard is a plain file, which is read only where candidates are; empty if it isn't
  /// known.
  var isPlain: [Bool] = []

  /// - Parameters:
  ///   - candidates: in pool order.
  ///   - step: what the candidates are read for.
  /// - Returns: the report on the shards; an empty one if no whole shard was read.
  /// - Throws: ``PipelineError``; among others, if a candidate isn't where it was.
  @discardableResult
  func read<Reader: CandidateReader & ~Copyable>(
    _ candidates: [Candidate], _ step: Step,
    makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> PassReport {
    guard let missing = try readPlaced(candidates, step, makeReader: makeReader) else {
      return try readPool(candidates, nil, step, .next, makeReader: makeReader)
    }
    guard !missing.isEmpty else { return PassReport() }
    return try readPool(
      missing.map { candidates[$0] }, missing, step, .same, makeReader: makeReader)
  }

  /// - Parameters:
  ///   - candidates: in pool order.
  ///   - numbers: those of the candidates; nil for 0, 1, ….
  private func readPool<Reader: CandidateReader & ~Copyable>(
    _ candidates: [Candidate], _ numbers: [Int]?, _ step: Step, _ pass: ProgressMeter.PassChange,
    makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> PassReport {
    workers.progress.begin(
      step, totalStoredByteCount: Inputs(shards: shards).totalStoredByteCount, pass: pass)
    kept?.beginPass()
    let (counts, report) = try workers.run(shards) { [shards, kept] in
      Consumer(candidates, numbers, shards, try makeReader(), kept)
    }
    guard counts.reduce(0, +) == candidates.count else {
      // A record that isn't where it was.
      let shard = candidates.last?.position.shard ?? 0
      throw PipelineError.input(.reading(.changed(path: shards[shard].name), line: nil))
    }
    return report
  }

  private struct Consumer<Reader: CandidateReader & ~Copyable>: DocumentConsumer, ~Copyable {
    private var cursor: CandidateCursor
    private let numbers: [Int]?
    private let shards: [Shard]
    private var reader: Reader
    private let kept: KeptRecords?
    private var writer: KeptRecordWriter?
    private var count = 0

    init(
      _ candidates: [Candidate], _ numbers: [Int]?, _ shards: [Shard], _ reader: consuming Reader,
      _ kept: KeptRecords?
    ) {
      cursor = CandidateCursor(candidates)
      self.numbers = numbers
      self.shards = shards
      self.reader = reader
      self.kept = kept
      if let kept { writer = KeptRecordWriter(kept) }
    }

    mutating func wants(_ position: Position) -> Bool { cursor.has(position) }

    func keeps(_ place: RecordPlace) -> Bool { kept?.keeps(place) ?? false }

    mutating func keep(_ record: Span<UInt8>, at position: Position) {
      writer?.add(record, at: position)
    }

    mutating func add(_ text: Span<UInt8>, of line: DocumentLine) throws {
      let (place, candidate) = cursor.current
      guard TextHash.of(text) == candidate.textHash else {
        let path = shards[line.position.shard].name
        throw PipelineError.input(.reading(.changed(path: path), line: nil))
      }
      try reader.add(text, of: candidate, number: numbers?[place] ?? place)
      count += 1
    }

    mutating func endChunk(_ number: Int) throws {
      cursor.endChunk()
      writer?.endChunk()
      try reader.endChunk()
    }

    consuming func finish() -> Int { count }
  }
}
