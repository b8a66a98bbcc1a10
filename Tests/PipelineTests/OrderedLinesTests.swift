import Foundation
import Platform
import TestSupport
import Testing
import Writing

@testable import Pipeline

@Suite struct OrderedLinesTests {
  private let directory: TemporaryDirectory
  private let registry = TemporaryFiles()

  init() throws { directory = try TemporaryDirectory() }

  private func lines(_ path: String? = nil) throws -> OrderedLines {
    OrderedLines(
      try LineWriter(
        .file(path: path ?? directory.path("out")), container: .plain, replaces: true,
        registry: registry))
  }

  @Test(arguments: [1, 2, 7], 0..<3 as Range<UInt64>)
  func `Blocks are written in the order of the chunks, whichever arrives first`(
    threadCount: Int, seed: UInt64
  ) throws {
    var random = SplitMix64(state: seed)
    let chunks = (0..<400).map { number in
      number % 5 == 0
        ? [] : Array(repeating: number, count: Int.random(in: 1...300, using: &random))
    }.map { $0.flatMap { Array("\($0)\n".utf8) } }
    let delays = chunks.map { _ in UInt32.random(in: 0...100, using: &random) }
    let ordered = try lines()
    // Each pass numbers its chunks from 0.
    for _ in 0..<2 {
      ordered.begin()
      let next = Lock(0)
      let outcomes = try Threads.run(threadCount) { _ in
        Result {
          while true {
            let number = next.withLock { next in
              defer { next += 1 }
              return next
            }
            guard number < chunks.count else { return }
            usleep(delays[number])
            try ordered.put(chunks[number], chunk: number)
          }
        }
      }
      for outcome in outcomes { try outcome.get() }
    }
    try ordered.take().finish()
    #expect(try directory.read("out") == Data((chunks + chunks).joined()))
  }

  /// The limit for waiting blocks is 16 MiB of memory.
  @Test func `A chunk too far ahead waits until the next one has arrived`() throws {
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 16 << 20)
    let ordered = try lines()
    let taken = Monitor<[Int]>([])
    let outcomes = try Threads.run(3) { number in
      Result {
        if number != 1 { taken.wait { $0.contains(1) ? () : nil } }
        if number == 0 {
          // More than long enough for chunk 2 if it didn't wait.
          usleep(100_000)
          #expect(taken.withLock { $0 } == [1])
        }
        try ordered.put(number == 1 ? large : Array("\(number)".utf8), chunk: number)
        taken.withLock { $0.append(number) }
      }
    }
    for outcome in outcomes { try outcome.get() }
    #expect(taken.withLock { Set($0) } == [0, 1, 2])
    try ordered.take().finish()
    #expect(try directory.read("out") == Data("0".utf8 + large + "2".utf8))
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func `After a failed output no worker waits, and the error is reported once`() throws {
    let large = [UInt8](repeating: UInt8(ascii: "x"), count: 16 << 20)
    let ordered = try lines("/dev/full")
    // One of chunks 1 to 3 waits in memory, and the others block their threads, until chunk 0
    // fails.
    let outcomes = try Threads.run(4) { number in
      Result {
        if number == 0 { usleep(50_000) }
        try ordered.put(large, chunk: number)
      }
    }
    #expect(throws: PipelineError.self) { try outcomes[0].get() }
    for outcome in outcomes.dropFirst() { #expect(throws: Never.self) { try outcome.get() } }
    #expect(throws: Never.self) { try ordered.put(large, chunk: 4) }
    // The run takes the writer back, whether it succeeded or failed.
    _ = ordered.take()
  }
}
