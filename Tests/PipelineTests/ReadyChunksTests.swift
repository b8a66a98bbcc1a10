import Testing

@testable import Pipeline
@testable import Reading

/// One worker reads a compressed shard for all, and chunks are taken in their order.
@Suite struct ReadyChunksTests {
  private static let chunkByteCount = 100

  private func ready(workers: Int) -> ReadyChunks {
    var ready = ReadyChunks(chunkByteCount: Self.chunkByteCount)
    ready.workerCount = workers
    return ready
  }

  private func made(_ number: Int, byteCount: Int = 90) throws -> Chunk {
    var chunk = Chunk()
    chunk.number = number
    try chunk.bytes.append(Array(repeating: 0x61, count: byteCount).span)
    return chunk
  }

  /// Does what a worker does until it has a chunk, and returns the numbers that it read.
  private func read(
    _ worker: Int, _ ready: inout ReadyChunks, from next: inout Int, into chunk: inout Chunk,
    byteCount: Int = 90
  ) throws -> [Int] {
    var read: [Int] = []
    while true {
      switch ready.turn(of: worker, upTo: .max, into: &chunk) {
      case .read:
        chunk = try made(next, byteCount: byteCount)
        read.append(next)
        next += 1
        ready.put(&chunk)
      case .take: return read
      default:
        Issue.record("nobody reads, so this worker may")
        return read
      }
    }
  }

  @Test func `A worker alone reads one chunk at a time`() throws {
    var ready = ready(workers: 1)
    var (next, chunk) = (0, Chunk())
    for number in 0..<5 {
      #expect(try read(0, &ready, from: &next, into: &chunk) == [number])
      #expect(chunk.number == number)
    }
  }

  @Test func `The worker that reads goes on until three chunks wait`() throws {
    var ready = ready(workers: 2)
    var (next, first, second) = (0, Chunk(), Chunk())
    // Three are read; then the first of them is taken.
    #expect(try read(0, &ready, from: &next, into: &first) == [0, 1, 2])
    #expect(first.number == 0)
    // Another worker takes the next one, and doesn't read.
    #expect(ready.turn(of: 1, upTo: .max, into: &second) == .take)
    #expect(second.number == 1)
    // One waits, so the first worker reads two.
    #expect(try read(0, &ready, from: &next, into: &first) == [3, 4])
    #expect(first.number == 2)
  }

  @Test func `A worker that finds nothing waits for the one that reads, or reads itself`() throws {
    var ready = ready(workers: 2)
    var (first, second) = (Chunk(), Chunk())
    #expect(ready.turn(of: 0, upTo: .max, into: &first) == .read)
    #expect(ready.turn(of: 1, upTo: .max, into: &second) == nil)
    first = try made(0)
    ready.put(&first)
    #expect(ready.turn(of: 1, upTo: .max, into: &second) == .take)
    #expect(second.number == 0)
    // The first worker works elsewhere.
    #expect(ready.turn(of: 1, upTo: .max, into: &second) == .read)
    #expect(ready.turn(of: 0, upTo: .max, into: &first) == nil)
    second = try made(1)
    ready.put(&second)
    // Now the second one reads: the first takes what is there.
    #expect(ready.turn(of: 0, upTo: .max, into: &first) == .take)
    #expect(first.number == 1)
    #expect(ready.turn(of: 1, upTo: .max, into: &second) == .read)
  }

  @Test func `While a chunk with a long line waits, no other is read`() throws {
    var ready = ready(workers: 3)
    var (next, first, second) = (0, Chunk(), Chunk())
    #expect(ready.turn(of: 0, upTo: .max, into: &first) == .read)
    first = try made(0)
    ready.put(&first)
    next = 1
    #expect(try read(0, &ready, from: &next, into: &first, byteCount: 1000) == [1])
    #expect(first.number == 0)
    #expect(ready.turn(of: 1, upTo: .max, into: &second) == .take)
    #expect(second.number == 1 && second.bytes.count == 1000)
    #expect(ready.turn(of: 0, upTo: .max, into: &first) == .read)
  }

  @Test func `Memory for a long line doesn't wait`() throws {
    var ready = ready(workers: 1)
    var chunk = try made(0, byteCount: 1000)
    for number in 1...3 {
      #expect(ready.turn(of: 0, upTo: .max, into: &chunk) == .read)
      try chunk.bytes.append([UInt8(number)].span)
      ready.put(&chunk)
      // What is given for the next chunk has never held one, or was freed.
      #expect(chunk.bytes.capacity <= 4 * Self.chunkByteCount)
      #expect(ready.turn(of: 0, upTo: .max, into: &chunk) == .take)
    }
  }

  @Test func `At the end, what waits is taken first`() throws {
    var ready = ready(workers: 2)
    var (chunk, other) = (try made(0), Chunk())
    #expect(ready.turn(of: 0, upTo: .max, into: &other) == .read)
    ready.put(&chunk)
    #expect(ready.turn(of: 0, upTo: .max, into: &other) == .read)
    #expect(ready.turn(of: 1, upTo: .max, into: &chunk) == .take)
    #expect(ready.turn(of: 1, upTo: .max, into: &chunk) == nil)
    ready.end()
    #expect(ready.turn(of: 1, upTo: .max, into: &chunk) == .end)
    #expect(ready.turn(of: 0, upTo: .max, into: &other) == .end)
  }

  @Test func `After a failure, only chunks before it are taken`() throws {
    var ready = ready(workers: 2)
    var (next, first, second) = (0, Chunk(), Chunk())
    #expect(try read(0, &ready, from: &next, into: &first) == [0, 1, 2])
    // Chunk 0 has failed.
    #expect(ready.turn(of: 1, upTo: 0, into: &second) == .end)
    // Chunk 2 would have.
    #expect(ready.turn(of: 1, upTo: 2, into: &second) == .take)
    #expect(second.number == 1)
    #expect(ready.turn(of: 1, upTo: 2, into: &second) == .end)
    #expect(ready.turn(of: 0, upTo: 2, into: &first) == .end)
  }
}
