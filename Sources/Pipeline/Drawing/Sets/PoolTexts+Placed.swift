internal import Files
internal import Platform
internal import Reading
internal import Resampling

extension PoolTexts {
  /// Some candidates of one shard, which one worker reads.
  private struct Piece: Sendable {
    var candidates: Range<Int>
    /// What was kept of the shard; nil if it is a plain file.
    var extents: [[KeptRecords.Extent]]?
  }

  private struct Failure: Error {
    var piece: Int
    var error: any Error
  }

  /// A reader gets about as many bytes of records before its chunk ends.
  private static let chunkByteCount = 512 << 10
  /// There are so many pieces for each worker, so that all end at nearly the same time.
  private static let piecesPerWorker = 8
  private static let leastPiece = 64

  /// Reads those candidates whose records were kept, or lie in a plain file.
  ///
  /// What is kept takes a fifth of the room on the disk at most, so it doesn't make way for the
  /// features that are found, which rarely take more than twice as much. Rows of tables aren't read
  /// here: to find one, all rows before it in its group are decoded.
  ///
  /// - Parameter candidates: in pool order.
  /// - Returns: the numbers of the other candidates, in pool order; nil if there is nothing of
  ///   the kind.
  /// - Throws: ``PipelineError`` if a shard has changed, and what readers throw.
  func readPlaced<Reader: CandidateReader & ~Copyable>(
    _ candidates: [Candidate], _ step: Step,
    makeReader: @escaping @Sendable () throws -> Reader
  ) throws -> [Int]? {
    let pieces = pieces(of: candidates)
    guard !pieces.isEmpty else { return nil }
    workers.progress.begin(
      step,
      totalStoredByteCount: pieces.reduce(0) { sum, piece in
        sum + candidates[piece.candidates].reduce(0) { $0 + $1.lineByteCount }
      }, pass: .next)
    let next = Lock(0)
    let work: @Sendable (Int) -> Result<[Int], Failure> = { [self] _ in
      var (number, missing) = (0, [Int]())
      do {
        var reader = try makeReader()
        while true {
          number = next.withLock { next in
            defer { next += 1 }
            return next
          }
          guard number < pieces.count else { return .success(missing) }
          try read(pieces[number], of: candidates, &reader, &missing)
        }
      } catch {
        // No other piece is begun. Those before this one are at work, and may fail first.
        next.withLock { $0 = pieces.count }
        return .failure(Failure(piece: number, error: error))
      }
    }
    let results: [Result<[Int], Failure>]
    do throws(SystemError) {
      results = try Threads.run(min(workers.threadCount, pieces.count), work)
    } catch {
      throw PipelineError.input(.reading(.system(error), line: nil))
    }
    var (missing, failures) = (outside(pieces, candidates.count), [Failure]())
    for result in results {
      switch result {
      case .success(let numbers): missing += numbers
      case .failure(let failure): failures.append(failure)
      }
    }
    if let first = failures.min(by: { $0.piece < $1.piece }) { throw first.error }
    return missing.sorted()
  }

  /// Divides the candidates of plain files, and of shards of which something was kept.
  private func pieces(of candidates: [Candidate]) -> [Piece] {
    let most = max(
      Self.leastPiece, candidates.count / (Self.piecesPerWorker * workers.threadCount))
    var (pieces, start) = ([Piece](), 0)
    while start < candidates.count {
      let shard = candidates[start].position.shard
      let end = Candidates.firstIndex(from: Position(shard: shard + 1, place: 0), in: candidates)
      let isPlain = isPlain.isEmpty ? false : isPlain[shard]
      let extents = isPlain ? nil : kept?.extents(ofShard: shard) ?? []
      if candidates[start].lineByteCount > 0, extents?.isEmpty != true {
        for first in stride(from: start, to: end, by: most) {
          pieces.append(Piece(candidates: first..<min(first + most, end), extents: extents))
        }
      }
      start = end
    }
    return pieces
  }

  /// The numbers of the candidates that are in no piece.
  private func outside(_ pieces: [Piece], _ candidateCount: Int) -> [Int] {
    var (numbers, end) = ([Int](), 0)
    for piece in pieces {
      numbers += end..<piece.candidates.lowerBound
      end = piece.candidates.upperBound
    }
    return numbers + (end..<candidateCount)
  }

  private func read<Reader: CandidateReader & ~Copyable>(
    _ piece: Piece, of candidates: [Candidate], _ reader: inout Reader, _ missing: inout [Int]
  ) throws {
    let shard = shards[candidates[piece.candidates.lowerBound].position.shard]
    let changed = PipelineError.input(.reading(.changed(path: shard.name), line: nil))
    do {
      var records = try recordReader(of: shard, piece.extents)
      var ofChunk = (byteCount: 0, count: 0)
      for number in piece.candidates {
        let candidate = candidates[number]
        let byteCount = candidate.lineByteCount
        guard try records.find(at: candidate.position.place, byteCount: byteCount) else {
          missing.append(number)
          continue
        }
        try records.withText { text in
          guard TextHash.of(text) == candidate.textHash else { throw changed }
          try reader.add(text, of: candidate, number: number)
        }
        (ofChunk.byteCount, ofChunk.count) = (ofChunk.byteCount + byteCount, ofChunk.count + 1)
        guard ofChunk.byteCount >= Self.chunkByteCount else { continue }
        try endChunk(of: &reader, &ofChunk)
      }
      try endChunk(of: &reader, &ofChunk)
      try records.finish()
    } catch let error as ReadingError {
      throw PipelineError.input(.reading(error, line: nil))
    } catch is InvalidLine {
      throw changed
    }
  }

  private func endChunk<Reader: CandidateReader & ~Copyable>(
    of reader: inout Reader, _ chunk: inout (byteCount: Int, count: Int)
  ) throws {
    try reader.endChunk()
    workers.progress.advance(
      stored: chunk.byteCount, text: chunk.byteCount, documents: chunk.count)
    chunk = (0, 0)
  }

  private func recordReader(
    of shard: Shard, _ extents: [[KeptRecords.Extent]]?
  ) throws(ReadingError) -> any RecordReader & ~Copyable {
    let request = DocumentRequest(textField: workers.textField)
    guard let kept, let extents else { return try shard.recordReader(request, workers.limits) }
    return try KeptRecordReader(kept, extents, of: shard, request, workers.limits)
  }
}
