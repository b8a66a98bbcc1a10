internal import Files
internal import Platform
package import Reading

/// Hands the chunks of shards out to workers, and remembers what only the whole can tell: how many lines
/// each chunk had, and which failure is the first in pool order.
///
/// A worker stays with a shard until that is used up. Then it begins the next one, or, when all are
/// begun, joins the shard with the fewest workers. So shards are decompressed side by side, and the workers
/// of one shard take turns at reading.
final class ChunkQueue: Sendable {
  /// A shard that is being read.
  final class OpenShard: Sendable {
    let number: Int
    /// Held while one worker opens the shard or reads the next chunk. nil before, and where it can't be opened.
    let reader = Lock<ChunkReader?>(nil)

    init(number: Int) { self.number = number }
  }

  /// A failure and where it was met.
  struct Failure {
    let shard: Int
    let chunk: Int
    /// Lines of the chunk before the failing one.
    let lineInChunk: Int
    let kind: Kind

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
    /// Lines of each chunk, by shard.
    var lineCounts: [[Int32]]
    /// By shard: chunks that were handed out and aren't done yet, and whether there are no more to come.
    var chunksAtWork: [Int]
    var isRead: [Bool]
    var failure: Failure?
  }

  let shards: [Shard]
  private let settings: Settings
  private let state: Lock<State>

  struct Settings {
    var limits: ReadingLimits
    var chunkSize: Int
    var hashesContent: Bool
    var countsLines: Bool
    var skipLimit = SkipLimit.none
    var progress: ProgressMeter
  }

  init(_ shards: [Shard], _ settings: Settings) {
    self.shards = shards
    self.settings = settings
    state = Lock(
      State(
        summaries: shards.map { ShardSummary(name: $0.name) },
        lineCounts: Array(repeating: [], count: shards.count),
        chunksAtWork: Array(repeating: 0, count: shards.count),
        isRead: Array(repeating: false, count: shards.count)))
  }

  /// Fills `chunk` with the next lines, from `shard` if there is one. Returns false when there are none
  /// left, or a failure makes the rest pointless.
  func next(into chunk: inout Chunk, from shard: inout OpenShard?) -> Bool {
    while true {
      if let current = shard {
        if !isPointless(shard: current.number), read(into: &chunk, from: current) { return true }
        leave(current)
        shard = nil
      }
      guard let next = join() else { return false }
      shard = next
    }
  }

  /// Notes a chunk as done.
  func record(
    _ chunk: borrowing Chunk, lineCount: Int, documentCount: Int,
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
      while state.lineCounts[shard].count <= number { state.lineCounts[shard].append(0) }
      state.lineCounts[shard][number] = Int32(lineCount)
    }
  }

  /// Notes a failure. Chunks before it are still handed out, since a failure there would come first.
  func fail(_ failure: Failure) {
    state.withLock { Self.note(failure, in: &$0) }
  }

  private static func note(_ failure: Failure, in state: inout State) {
    if let known = state.failure,
      (known.shard, known.chunk) <= (failure.shard, failure.chunk)
    {
      return
    }
    state.failure = failure
  }

  /// Notes a failure if too many lines of a shard were skipped, once all of it is done: where it is known how many lines it
  /// has, and before all other shards have been read.
  private func checkSkipped(_ shard: Int, _ state: inout State) {
    guard state.isRead[shard], state.chunksAtWork[shard] == 0 else { return }
    let summary = state.summaries[shard]
    do throws(PipelineError) {
      try settings.skipLimit.check(
        summary.name, summary.skipped, documentCount: summary.documentCount)
    } catch {
      // Behind whatever else is wrong with the shard.
      Self.note(
        Failure(shard: shard, chunk: .max, lineInChunk: 0, kind: .other(error)), in: &state)
    }
  }

  /// What is known of each shard once all workers have ended.
  ///
  /// - Throws: ``PipelineError``, or an error of a worker's own: the first failure in pool order.
  func finish() throws -> [ShardSummary] {
    let (failure, summaries, lineCounts) = state.withLock {
      ($0.failure, $0.summaries, $0.lineCounts)
    }
    guard let failure else { return summaries }
    let path = shards[failure.shard].name
    let linesBefore = lineCounts[failure.shard].prefix(failure.chunk).reduce(0) { $0 + Int($1) }
    let line = linesBefore + failure.lineInChunk + 1
    switch failure.kind {
    case .reading(let error, let isAtLine):
      throw PipelineError.input(.reading(error, line: isAtLine ? line : nil))
    case .invalidLine(let error):
      throw PipelineError.input(.invalidLine(path: path, line: line, error))
    case .other(let error): throw error
    }
  }

  // MARK: Shards

  private func isPointless(shard: Int) -> Bool {
    state.withLock { ($0.failure?.shard ?? .max) <= shard }
  }

  /// Reads the next chunk of a shard. Returns false at its end, and after a failure.
  private func read(into chunk: inout Chunk, from shard: OpenShard) -> Bool {
    let (isRead, stored) = shard.reader.withLock { slot -> (Bool, Int) in
      guard var reader = slot.take() ?? open(shard.number) else { return (false, 0) }
      let before = reader.storedByteCount
      let isRead = read(into: &chunk, from: &reader)
      if isRead { state.withLock { $0.chunksAtWork[shard.number] += 1 } }
      let stored = reader.storedByteCount - before
      slot = consume reader
      return (isRead, stored)
    }
    settings.progress.advance(stored: stored, text: isRead ? chunk.bytes.count : 0)
    return isRead
  }

  private func read(into chunk: inout Chunk, from reader: inout ChunkReader) -> Bool {
    do throws(ReadingError) {
      let isRead = try reader.next(into: &chunk)
      if !isRead { summarize(reader) }
      return isRead
    } catch {
      var isAtLine = false
      if case .lineTooLong = error { isAtLine = true }
      fail(
        Failure(
          shard: reader.shardNumber, chunk: reader.chunkCount, lineInChunk: 0,
          kind: .reading(error, isAtLine: isAtLine)))
      return false
    }
  }

  /// Notes what a shard that has been read to its end turned out to be.
  private func summarize(_ reader: borrowing ChunkReader) {
    let number = reader.shardNumber
    let (storedByteCount, byteCount) = (reader.storedByteCount, reader.byteCount)
    let (hash, container) = (reader.contentHash, reader.container)
    let hasChecksums = reader.hasChecksums
    state.withLock { state in
      state.summaries[number].storedByteCount = storedByteCount
      state.summaries[number].byteCount = byteCount
      state.summaries[number].contentHash = hash
      state.summaries[number].container = container
      state.summaries[number].hasChecksums = hasChecksums
      state.isRead[number] = true
      checkSkipped(number, &state)
    }
  }

  private func leave(_ shard: OpenShard) {
    state.withLock { state in
      guard let index = state.open.firstIndex(where: { $0.shard === shard }) else { return }
      state.open.remove(at: index)
    }
  }

  /// Opens a shard. Returns nil, and has noted why, if that can't be.
  private func open(_ number: Int) -> ChunkReader? {
    do throws(ReadingError) {
      return try ChunkReader(
        shards[number], number: number, limits: settings.limits, chunkSize: settings.chunkSize,
        hashesContent: settings.hashesContent, countsLines: settings.countsLines)
    } catch {
      fail(
        Failure(shard: number, chunk: 0, lineInChunk: 0, kind: .reading(error, isAtLine: false)))
      return nil
    }
  }

  /// Begins the next shard, or joins the one that the fewest workers read.
  ///
  /// A shard counts as being read before it is opened, which takes a while: a worker that came in between and found none
  /// would go home.
  private func join() -> OpenShard? {
    state.withLock { state in
      if state.nextShard < shards.count, (state.failure?.shard ?? .max) > state.nextShard {
        let shard = OpenShard(number: state.nextShard)
        state.nextShard += 1
        state.open.append((shard, 1))
        return shard
      }
      guard
        let index = state.open.indices.min(by: { state.open[$0].workers < state.open[$1].workers })
      else { return nil }
      state.open[index].workers += 1
      return state.open[index].shard
    }
  }
}

/// What one input was found to hold.
package struct ShardSummary: Sendable, Equatable {
  package var name: String
  /// The bytes of the file as it is stored.
  package var storedByteCount = 0
  /// The bytes that came out of it.
  package var byteCount = 0
  package var documentCount = 0
  /// XXH3-64 of the stored bytes.
  package var contentHash: UInt64?
  package var container = ""
  /// Whether its container has checksums; nil for plain files.
  package var hasChecksums: Bool?
  /// Lines that were left out, by reason.
  package var skipped: [InvalidLine.Reason: Int] = [:]

  package var skippedCount: Int { skipped.values.reduce(0, +) }
}
