import Platform
import Testing

@Suite struct MonitorTests {
  private struct Stop: Error, Equatable {
    let number: Int
  }

  /// A lost wake-up would make all threads wait forever.
  @Test func `Threads that wait for their turn all get it, in order`() throws {
    let (threadCount, roundCount) = (8, 2000)
    let turns = Monitor<[Int]>([])
    _ = try Threads.run(threadCount) { number in
      for _ in 0..<roundCount {
        turns.wait { turns -> Void? in
          guard turns.count % threadCount == number else { return nil }
          turns.append(number)
          return ()
        }
      }
    }
    let found = turns.withLock { $0 }
    #expect(found == (0..<threadCount * roundCount).map { $0 % threadCount })
  }

  @Test func `A change by withLock wakes all waiting threads`() throws {
    let value = Monitor(0)
    let found = try Threads.run(9) { number in
      if number == 0 {
        for _ in 0..<100 { value.withLock { $0 += 1 } }
        return 100
      }
      return value.wait { $0 >= 100 ? $0 : nil }
    }
    #expect(found == Array(repeating: 100, count: 9))
  }

  @Test func `An existing value is returned at once`() {
    let value = Monitor<Int?>(7)
    #expect(value.wait { $0.take() } == 7)
    #expect(value.withLock { $0 } == nil)
  }

  @Test func `An error unlocks the monitor, and wakes the other threads`() throws {
    let value = Monitor(0)
    let outcomes = try Threads.run(2) { number in
      if number == 1 { return value.wait { $0 > 0 ? $0 : nil } }
      #expect(throws: Stop(number: 1)) {
        try value.withLock { value in
          value = 5
          throw Stop(number: 1)
        }
      }
      #expect(throws: Stop(number: 2)) { try value.wait { _ -> Int? in throw Stop(number: 2) } }
      return value.withLock { $0 }
    }
    #expect(outcomes == [5, 5])
  }

  @Test func `No update is lost among many threads`() throws {
    let sum = Monitor(0)
    let locked = Lock(0)
    _ = try Threads.run(8) { number in
      for _ in 0..<5000 {
        sum.withLock { $0 += number }
        locked.withLock { $0 += number }
      }
    }
    // 0 + 1 + … + 7 = 28.
    #expect(sum.withLock { $0 } == 28 * 5000)
    #expect(locked.withLock { $0 } == 28 * 5000)
  }

  @Test func `The value is freed with the monitor`() {
    final class Load: Sendable {}
    weak var kept: Load?
    do {
      let load = Load()
      kept = load
      let monitor = Monitor([load])
      #expect(monitor.withLock { $0.count } == 1)
    }
    #expect(kept == nil)
  }
}
