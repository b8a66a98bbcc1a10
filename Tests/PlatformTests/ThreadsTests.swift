import Foundation
import Testing

@testable import Platform

@Suite struct ThreadsTests {
  /// Counts callers, and returns true once `count` of them are inside at the same time.
  ///
  /// It gives up after half a minute, so that too few threads make a test fail and not hang.
  private final class Meeting: Sendable {
    private let arrived = Lock(0)

    func isComplete(_ count: Int) -> Bool {
      arrived.withLock { $0 += 1 }
      let end = ContinuousClock.now + .seconds(30)
      while arrived.withLock({ $0 }) < count {
        guard ContinuousClock.now < end else { return false }
        usleep(100)
      }
      return true
    }
  }

  @Test(arguments: [1, 2, 7], [0, 1, 5, 100])
  func `Results come in the order of the numbers, each once`(threadCount: Int, count: Int) throws {
    let calls = Lock(0)
    let found = try Threads.map(count, threadCount: threadCount) { number in
      // The first numbers take longest.
      usleep(UInt32(200 / (number + 1)))
      calls.withLock { $0 += 1 }
      return number * number
    }
    #expect(found == (0..<count).map { $0 * $0 })
    #expect(calls.withLock { $0 } == count)
  }

  @Test func `All threads run at once, even many more than there are processors`() throws {
    let count = 40 * ProcessInfo.processInfo.activeProcessorCount
    let meeting = Meeting()
    let results = try Threads.run(count) { _ in meeting.isComplete(count) }
    #expect(results == Array(repeating: true, count: count))
  }

  @Test(arguments: [1, 2, 9, 100])
  func `Results are in the order of the numbers, whichever thread ends first`(count: Int) throws {
    let results = try Threads.run(count) { number in
      usleep(UInt32(50 * (count - number)))
      return "\(number)"
    }
    #expect(results == (0..<count).map { "\($0)" })
  }

  @Test func `Each number has its own thread, and the first has the caller's`() throws {
    let threads = try Threads.run(20) { _ in ObjectIdentifier(Thread.current) }
    #expect(threads[0] == ObjectIdentifier(Thread.current))
    #expect(!threads.dropFirst().contains(threads[0]))
  }

  /// No machine has room for a stack of 2⁶² bytes.
  @Test func `If no thread starts, nothing is called`() {
    let callCount = Lock(0)
    let error = #expect(throws: SystemError.self) {
      try Threads.run(3, stackByteCount: 1 << 62) { _ in callCount.withLock { $0 += 1 } }
    }
    #expect(error?.operation == .startThread)
    #expect(error?.code == EAGAIN)
    #expect(callCount.withLock { $0 } == 0)
  }

  @Test func `A single thread needs no start`() throws {
    #expect(try Threads.run(1, stackByteCount: 1 << 62) { $0 } == [0])
  }

  /// A thread that stayed, or its result, would keep the object alive.
  @Test func `Finished work leaves no object behind`() throws {
    final class Load: Sendable {}
    weak var kept: Load?
    do {
      let load = Load()
      kept = load
      let results = try Threads.run(5) { [load] _ in load }
      #expect(results.allSatisfy { $0 === load })
    }
    #expect(kept == nil)
  }

  @Test func `Two functions run at once with two threads`() throws {
    let meeting = Meeting()
    let results = try Threads.both(
      threadCount: 2, { meeting.isComplete(2) }, { meeting.isComplete(2) })
    #expect(results == (true, true))
  }

  @Test func `With one thread the second function runs before the first`() throws {
    let order = Lock<[String]>([])
    let results = try Threads.both(
      threadCount: 1,
      {
        order.withLock { $0.append("first") }
        return 1
      },
      {
        order.withLock { $0.append("second") }
        return "2"
      })
    #expect(results == (1, "2"))
    #expect(order.withLock { $0 } == ["second", "first"])
  }

  @Test(arguments: 0..<20)
  func `Threads can start and end many times`(round: Int) throws {
    for _ in 0..<50 {
      #expect(try Threads.run(8) { $0 + round } == (round..<(round + 8)).map { $0 })
    }
  }
}
