internal import Platform
internal import Reading

/// Hands chunks of shards to workers, and keeps the facts that only the whole pass shows.
///
/// These are the number of records in each chunk, and the failure that is the first in pool order.
///
/// A worker stays with a shard until that is used up. Then it begins the next one. If all have
/// begun, it joins the shard with the fewest workers. So shards are decompressed side by side. The
/// workers of one plain shard take turns at reading; those of a compressed one leave the reading to
/// one of them: see ``ReadyChunks``.
final class ChunkQueue: Sendable {
  /// A shard that is being read.
  final class OpenShard: Sendable {
    let number: Int
    /// Held while one worker opens the shard or reads the next chunk.
    ///
    /// nil before that, and if the shard can't be opened. It may take long, so those that wait
    /// sleep: Swift's own lock would use up their processors.
    let reader = Monitor<ShardReader?>(nil)
    /// The chunks that have been read; nil if each worker reads its own.
    let ready: Monitor<ReadyChunks>?
    /// Held by the one worker that waits for a chunk, so that one chunk doesn't wake all others.
    let isWaiting = Monitor<Void>(())
    /// Decodes what is read next; nil if there are only a few workers.
    let ahead: FramesAhead?

    init(number: Int, ready: Monitor<ReadyChunks>?, ahead: FramesAhead?) {
      self.number = number
      self.ready = ready
      self.ahead = ahead
    }
  }

  /// A failure and its place.
  struct Failure {
    let shard: Int
    let chunk: Int
    /// The number of records in the chunk that come before the failing one.
    let recordIndex: Int
    var kind: Kind

    enum Kind {
      case reading(ReadingError, isAtLine: Bool)
      case invalidLine(InvalidLine)
      case other(any Error)
    }
  }

  private struct State {
    var nextShard = 0
    var open: [(shard: OpenShard, workers: Int)] = []
    var summaries: [ShardSummary]
    /// The number of records in each chunk, by shard.
    var recordCounts: [[Int32]]
    /// By shard: the number of chunks that workers have now, and whether no more will come.
    var chunksAtWork: [Int]
    var isRead: [Bool]
    var failure: Failure?
  }

  let shards: [Shard]
  private let settings: Settings
  private let state: Lock<State>

  struct Settings {
    var chunks = ChunkSettings()
    var skipLimit = SkipLimit.none
    var progress: ProgressMeter
    var workerCount = 1
  }

  init(_ shards: [Shard], _ settings: Settings) {
    self.shards = shards
    self.settings = settings
    state = Lock(
      State(
        summaries: shards.map { ShardSummary($0) },
        recordCounts: Array(repeating: [], count: shards.count),
        chunksAtWork: Array(repeating: 0, count: shards.count),
        isRead: Array(repeating: false, count: shards.count)))
  }

  /// Fills `chunk` with the next records, from `shard` if there is one.
  ///
  /// - Parameter worker: the number of the worker.
  /// - Returns: false if none are left, or if a failure makes the rest pointless.
  func next(into chunk: inout Chunk, from shard: inout OpenShard?, worker: Int) -> Bool {
    while true {
      if let current = shard {
        if next(into: &chunk, from: current, worker) { return true }
        leave(current)
        shard = nil
      }
      guard let next = join() else { return false }
      shard = next
    }
  }

  /// Notes a chunk as done.
  func record(
    _ chunk: borrowing Chunk, recordCount: Int, documentCount: Int,
    skipped: [InvalidLine.Reason: Int] = [:]
  ) {
    let (shard, number) = (chunk.shard, chunk.number)
    state.withLock { state in
      state.summaries[shard].documentCount += documentCount
      if !skipped.isEmpty {
        state.summaries[shard].skipped.merge(skipped, uniquingKeysWith: +)
      }
      state.chunksAtWork[shard] -= 1
      checkSkipped(shard, &state)
      while state.recordCounts[shard].count <= number { state.recordCounts[shard].append(0) }
      state.recordCounts[shard][number] = Int32(recordCount)
    }
    settings.progress.advance(stored: 0, text: 0, documents: documentCount)
  }

  /// Notes a failure.
  ///
  /// Chunks before it are still handed out, since a failure there would come first.
  func fail(_ failure: Failure) {
    state.withLock { Self.note(failure, in: &$0) }
  }

  /// Notes a failure in a chunk of a shard that is being read.
  ///
  /// An invalid line may be where the shard's command has failed, which is the reason then.
  func fail(_ failure: Failure, in shard: OpenShard) {
    var failure = failure
    if case .invalidLine = failure.kind, shards[shard.number].command != nil,
      let fault = shard.reader.withLock({ reader in reader?.commandFault() })
    {
      failure.kind = .reading(fault, isAtLine: false)
    }
    fail(failure)
  }

  private static func note(_ failure: Failure, in state: inout State) {
    if let known = state.failure,
      (known.shard, known.chunk) <= (failure.shard, failure.chunk)
    {
      return
    }
    state.failure = failure
  }

  /// Notes a failure if too many records of a shard were skipped.
  ///
  /// This is checked once the whole shard is done, when the number of its records is known. Other
  /// shards may still be unread.
  private func checkSkipped(_ shard: Int, _ state: inout State) {
    guard state.isRead[shard], state.chunksAtWork[shard] == 0 else { return }
    let summary = state.summaries[shard]
    do throws(PipelineError) {
      try settings.skipLimit.check(
        summary.name, summary.skipped, documentCount: summary.documentCount)
    } catch {
      // It comes after any other failure of the shard.
      Self.note(
        Failure(shard: shard, chunk: .max, recordIndex: 0, kind: .other(error)), in: &state)
    }
  }

  /// The content of each shard, once all workers have ended.
  ///
  /// - Throws: ``PipelineError``, or an error of a worker's own: the first failure in pool order.
  func finish() throws -> [ShardSummary] {
    let (failure, summaries, recordCounts) = state.withLock {
      ($0.failure, $0.summaries, $0.recordCounts)
    }
    guard let failure else { return summaries }
    let path = shards[failure.shard].name
    let before = recordCounts[failure.shard].prefix(failure.chunk).reduce(0) { $0 + Int($1) }
    let line = before + failure.recordIndex + 1
    switch failure.kind {
    case .reading(let error, let isAtLine):
      throw PipelineError.input(.reading(error, line: isAtLine ? line : nil))
    case .invalidLine(let error):
      throw PipelineError.input(.invalidLine(path: path, line: line, error))
    case .other(let error): throw error
    }
  }

  // MARK: Shards

  /// The number of the first chunk of a shard that is pointless, because one before it has failed.
  private func limit(ofShard shard: Int) -> Int {
    state.withLock { state in
      guard let failure = state.failure, failure.shard <= shard else { return .max }
      return failure.shard < shard ? 0 : failure.chunk
    }
  }

  /// Reads the next chunk of a shard, or takes one that was read.
  ///
  /// - Returns: false at the shard's end, and after a failure.
  private func next(into chunk: inout Chunk, from shard: OpenShard, _ worker: Int) -> Bool {
    if let ready = shard.ready, isUsed(ready, shard) {
      return next(into: &chunk, from: shard, ready, worker)
    }
    guard limit(ofShard: shard.number) == .max else { return false }
    return read(into: &chunk, from: shard)
  }

  /// Whether one worker decompresses a shard for all of them. Opens the shard, if it isn't open.
  private func isUsed(_ ready: Monitor<ReadyChunks>, _ shard: OpenShard) -> Bool {
    if let known = ready.withLock({ $0.isUsed }) { return known }
    return shard.reader.withLock { slot in
      if let known = ready.withLock({ $0.isUsed }) { return known }
      slot = open(shard)
      // If workers decode frames, reading is little work. It is the same for all of them then.
      let isUsed = slot?.isCompressed ?? false && shard.ahead?.decodesFirst != true
      ready.withLock { $0.isUsed = isUsed }
      return isUsed
    }
  }

  private func next(
    into chunk: inout Chunk, from shard: OpenShard, _ ready: Monitor<ReadyChunks>, _ worker: Int
  ) -> Bool {
    var isRead = false
    while true {
      let limit = limit(ofShard: shard.number)
      var turn = ready.withLock { ready in
        if isRead { ready.put(&chunk) }
        return ready.turn(of: worker, upTo: limit, into: &chunk)
      }
      isRead = false
      // While another worker reads, this one decodes what comes next, if it can.
      while turn == nil, let ahead = shard.ahead, ahead.decodeNext() {
        turn = ready.withLock { $0.turn(of: worker, upTo: limit, into: &chunk) }
      }
      let known =
        turn
        ?? shard.isWaiting.withLock { _ in
          ready.wait { $0.turn(of: worker, upTo: limit, into: &chunk) }
        }
      switch known {
      case .take: return true
      case .end: return false
      case .read:
        isRead = read(into: &chunk, from: shard)
        if !isRead { ready.withLock { $0.end() } }
      }
    }
  }

  /// Reads the next chunk of a shard.
  ///
  /// - Returns: false at the shard's end, and after a failure.
  private func read(into chunk: inout Chunk, from shard: OpenShard) -> Bool {
    var outcome = shard.reader.withLockIfAvailable { slot in read(into: &chunk, shard, &slot) }
    // While another worker reads, this one decodes what comes next, if it can.
    while outcome == nil, let ahead = shard.ahead, ahead.decodeNext() {
      outcome = shard.reader.withLockIfAvailable { slot in read(into: &chunk, shard, &slot) }
    }
    let (isRead, stored) =
      outcome ?? shard.reader.withLock { slot in read(into: &chunk, shard, &slot) }
    settings.progress.advance(stored: stored, text: isRead ? chunk.byteCount : 0)
    return isRead
  }

  /// Reads the next chunk of a shard whose lock is held.
  ///
  /// - Returns: whether there was one, and the number of bytes read, as they are stored.
  private func read(
    into chunk: inout Chunk, _ shard: OpenShard, _ slot: inout ShardReader?
  ) -> (Bool, Int) {
    guard var reader = slot.take() ?? open(shard) else { return (false, 0) }
    let before = reader.progress.storedByteCount
    let isRead = read(into: &chunk, from: &reader)
    if isRead { state.withLock { $0.chunksAtWork[shard.number] += 1 } }
    let stored = reader.progress.storedByteCount - before
    slot = consume reader
    return (isRead, stored)
  }

  private func read(into chunk: inout Chunk, from reader: inout ShardReader) -> Bool {
    do throws(ReadingError) {
      let isRead = try reader.next(into: &chunk)
      if !isRead { summarize(reader) }
      return isRead
    } catch {
      fail(
        Failure(
          shard: reader.shardNumber, chunk: reader.chunkCount, recordIndex: 0,
          kind: .reading(error, isAtLine: error.isAtRecord)))
      return false
    }
  }

  /// Notes the content of a shard that has been read to its end.
  private func summarize(_ reader: borrowing ShardReader) {
    let number = reader.shardNumber
    let progress = reader.progress
    state.withLock { state in
      state.summaries[number].storedByteCount = progress.storedByteCount
      state.summaries[number].byteCount = progress.byteCount
      state.summaries[number].contentHash = progress.contentHash
      state.summaries[number].textHash = progress.textHash
      state.summaries[number].container = progress.container.rawValue
      state.summaries[number].hasChecksums = progress.hasChecksums
      state.isRead[number] = true
      checkSkipped(number, &state)
    }
  }

  /// The fewest workers for which frames are decoded ahead.
  ///
  /// Decoding takes about a third of the time of fitting and weighing, so one decoder is enough for
  /// three workers. With two, `select` was measured to take 10 % longer: whole frames don't fit
  /// into the processor's nearer caches.
  private static let fewestWorkersAhead = 4

  private func openShard(_ number: Int) -> OpenShard {
    // Records that are handed out as soon as they are there don't wait for others.
    let isShared = settings.workerCount > 1 && settings.chunks.recordLimit == nil
    return OpenShard(
      number: number,
      ready: isShared
        ? Monitor(ReadyChunks(chunkByteCount: settings.chunks.chunkByteCount)) : nil,
      ahead: settings.workerCount < Self.fewestWorkersAhead
        ? nil : FramesAhead(slotLimit: settings.workerCount))
  }

  private func leave(_ shard: OpenShard) {
    state.withLock { state in
      guard let index = state.open.firstIndex(where: { $0.shard === shard }) else { return }
      state.open.remove(at: index)
    }
  }

  /// Opens a shard; if that fails, notes why and returns nil.
  private func open(_ shard: OpenShard) -> ShardReader? {
    let number = shard.number
    var chunks = settings.chunks
    chunks.ahead = shard.ahead
    do throws(ReadingError) {
      return try ShardReader(shards[number], number: number, chunks)
    } catch {
      fail(
        Failure(shard: number, chunk: 0, recordIndex: 0, kind: .reading(error, isAtLine: false)))
      return nil
    }
  }

  /// Begins the next shard, or joins the one with the fewest workers.
  ///
  /// A shard counts as being read before it is opened, since opening takes a while. Otherwise a
  /// worker that came in between would find no shard, and end too early.
  private func join() -> OpenShard? {
    state.withLock { state in
      if state.nextShard < shards.count, (state.failure?.shard ?? .max) > state.nextShard {
        let shard = openShard(state.nextShard)
        state.nextShard += 1
        state.open.append((shard, 1))
        shard.ready?.withLock { $0.workerCount += 1 }
        return shard
      }
      guard
        let index = state.open.indices.min(by: { state.open[$0].workers < state.open[$1].workers })
      else { return nil }
      state.open[index].workers += 1
      state.open[index].shard.ready?.withLock { $0.workerCount += 1 }
      return state.open[index].shard
    }
  }
}
