import Testing

@testable import Pipeline
@testable import Reading

/// One worker reads a compressed shard for all, and chunks are taken in their order.
@Suite struct ReadyChunksTests {
  private static let chunkByteCount = 100

  private final class Worker {
    var chunk = Chunk()
  }

  /// A shard with workers that do one thing after another.
  private final class Shard {
    private var ready = ReadyChunks(chunkByteCount: ReadyChunksTests.chunkByteCount)
    private let workers: [Worker]
    private var next = 0

    init(workers count: Int) {
      workers = (0..<count).map { _ in Worker() }
      ready.workerCount = count
    }

    func turn(_ worker: Int, upTo limit: Int = .max) -> ReadyChunks.Turn? {
      ready.turn(of: worker, upTo: limit, into: &workers[worker].chunk)
    }

    /// Reads the next chunk, as a worker does whose turn it is.
    func read(_ worker: Int, byteCount: Int = 90) throws {
      workers[worker].chunk.number = next
      next += 1
      workers[worker].chunk.bytes.removeAll(keepingCapacityUpTo: .max)
      try workers[worker].chunk.bytes.append(Array(repeating: 0x61, count: byteCount).span)
      ready.put(&workers[worker].chunk)
    }

    func end() { ready.end() }

    /// Does what a worker does until it has a chunk, and returns the number of chunks that it read.
    func readUntilFull(_ worker: Int, byteCount: Int = 90) throws -> Int {
      var count = 0
      while turn(worker) == .read {
        try read(worker, byteCount: byteCount)
        count += 1
      }
      return count
    }

    func number(_ worker: Int) -> Int { workers[worker].chunk.number }
    func byteCount(_ worker: Int) -> Int { workers[worker].chunk.bytes.count }
    func capacity(_ worker: Int) -> Int { workers[worker].chunk.bytes.capacity }
  }

  @Test func `A worker alone reads one chunk at a time`() throws {
    let shard = Shard(workers: 1)
    for number in 0..<5 {
      #expect(try shard.readUntilFull(0) == 1)
      #expect(shard.number(0) == number)
    }
  }

  @Test func `The worker that reads goes on until three chunks wait`() throws {
    let shard = Shard(workers: 2)
    #expect(try shard.readUntilFull(0) == 3)
    #expect(shard.number(0) == 0)
    // Another worker takes the next one, and doesn't read.
    #expect(shard.turn(1) == .take)
    #expect(shard.number(1) == 1)
    // One waits, so the first worker reads two.
    #expect(try shard.readUntilFull(0) == 2)
    #expect(shard.number(0) == 2)
  }

  @Test func `A worker that finds nothing waits for the one that reads, or reads itself`() throws {
    let shard = Shard(workers: 2)
    #expect(shard.turn(0) == .read)
    #expect(shard.turn(1) == nil)
    try shard.read(0)
    #expect(shard.turn(1) == .take)
    #expect(shard.number(1) == 0)
    // The first worker works elsewhere.
    #expect(shard.turn(1) == .read)
    #expect(shard.turn(0) == nil)
    try shard.read(1)
    // Now the second one reads: the first takes what is there.
    #expect(shard.turn(0) == .take)
    #expect(shard.number(0) == 1)
    #expect(shard.turn(1) == .read)
  }

  @Test func `While a chunk with a long line waits, no other is read`() throws {
    let shard = Shard(workers: 3)
    #expect(shard.turn(0) == .read)
    try shard.read(0)
    #expect(try shard.readUntilFull(0, byteCount: 1000) == 1)
    #expect(shard.number(0) == 0)
    #expect(shard.turn(1) == .take)
    #expect(shard.byteCount(1) == 1000)
    #expect(shard.turn(0) == .read)
  }

  @Test func `Memory for a long line doesn't wait`() throws {
    let shard = Shard(workers: 2)
    for byteCount in [1000, 1, 1, 1, 1, 1] {
      #expect(shard.turn(0) == .read)
      try shard.read(0, byteCount: byteCount)
      // What is given for the next chunk was freed, if it had held one.
      #expect(shard.capacity(0) <= 4 * Self.chunkByteCount)
      #expect(shard.turn(1) == .take)
      #expect(shard.byteCount(1) == byteCount)
    }
  }

  @Test func `At the end, what waits is taken first`() throws {
    let shard = Shard(workers: 2)
    #expect(shard.turn(0) == .read)
    try shard.read(0)
    #expect(shard.turn(0) == .read)
    #expect(shard.turn(1) == .take)
    #expect(shard.turn(1) == nil)
    shard.end()
    #expect(shard.turn(1) == .end)
    #expect(shard.turn(0) == .end)
  }

  @Test func `After a failure, only chunks before it are taken`() throws {
    let shard = Shard(workers: 2)
    #expect(try shard.readUntilFull(0) == 3)
    // Chunk 0 has failed.
    #expect(shard.turn(1, upTo: 0) == .end)
    // Now chunk 2 has.
    #expect(shard.turn(1, upTo: 2) == .take)
    #expect(shard.number(1) == 1)
    #expect(shard.turn(1, upTo: 2) == .end)
    #expect(shard.turn(0, upTo: 2) == .end)
  }
}
