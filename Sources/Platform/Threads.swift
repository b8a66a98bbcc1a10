/// Work on threads of its own, all of which has ended when a call returns.
///
/// Workers block while they read and while they wait for one another, which threads of Swift's
/// concurrency must not do. They are threads of the system instead, as many as were asked for.
package enum Threads {
  /// Each thread's stack. Musl's own default, 128 KiB, is little.
  private static let stackByteCount = 8 << 20

  /// Calls `body` with 0, 1, … up to `count`, each on a thread of its own, and the first on the
  /// caller's.
  ///
  /// - Returns: the results, in the order of the numbers.
  /// - Throws: ``SystemError`` of operation `startThread` if the system has no more threads. Then
  ///   no `body` was called.
  package static func run<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Result
  ) throws(SystemError) -> [Result] {
    precondition(count > 0)
    // Nobody begins before all are there: a call that fails has done nothing.
    let start = Monitor<Bool?>(nil)
    var handles: [Handle<Result>] = []
    for number in 1..<max(1, count) {
      do throws(SystemError) {
        handles.append(
          try Handle { start.wait { $0 } ? body(number) : nil })
      } catch {
        start.withLock { $0 = false }
        for handle in handles { _ = handle.join() }
        throw error
      }
    }
    start.withLock { $0 = true }
    let first = body(0)
    return [first]
      + handles.map { handle in
        guard let result = handle.join() else { preconditionFailure("a thread that didn't begin") }
        return result
      }
  }

  /// Does two things side by side, or, if there is only one thread for them, `second` and then
  /// `first`.
  ///
  /// - Throws: ``SystemError`` of operation `startThread`
  package static func both<First: Sendable, Second>(
    threadCount: Int, _ first: @escaping @Sendable () -> First, _ second: () -> Second
  ) throws(SystemError) -> (First, Second) {
    guard threadCount > 1 else {
      let result = second()
      return (first(), result)
    }
    let handle = try Handle<First> { first() }
    let result = second()
    guard let other = handle.join() else { preconditionFailure("a thread without a result") }
    return (other, result)
  }

  /// A thread that is running.
  @safe private struct Handle<Result: Sendable> {
    private let thread: pthread_t
    private let work: Work<Result>

    init(_ body: @escaping @Sendable () -> Result?) throws(SystemError) {
      let work = Work(body)
      self.work = work
      var attributes = pthread_attr_t()
      unsafe pthread_attr_init(&attributes)
      defer { unsafe _ = pthread_attr_destroy(&attributes) }
      unsafe pthread_attr_setstacksize(&attributes, Threads.stackByteCount)
      #if canImport(Darwin)
        var thread: pthread_t?
      #else
        var thread = pthread_t()
      #endif
      // SAFETY: the thread gets an owned reference, which it releases.
      let retained = unsafe Unmanaged.passRetained(work as AnyWork)
      let code = unsafe pthread_create(&thread, &attributes, Threads.main, retained.toOpaque())
      guard code == 0 else {
        unsafe retained.release()
        throw SystemError(.startThread, "", code: code)
      }
      #if canImport(Darwin)
        guard let thread = unsafe thread else { preconditionFailure("no thread") }
        unsafe self.thread = thread
      #else
        self.thread = thread
      #endif
    }

    /// Waits for the thread's end.
    func join() -> Result? {
      pthread_join(thread, nil)
      return work.result.withLock { $0.take() }
    }
  }

  private class AnyWork: @unchecked Sendable {
    // Sendable because its only subclass is.
    func run() {}
  }

  private final class Work<Result: Sendable>: AnyWork, @unchecked Sendable {
    // Sendable because both members are, and never change.
    private let body: @Sendable () -> Result?
    let result = Lock<Result?>(nil)

    init(_ body: @escaping @Sendable () -> Result?) { self.body = body }

    override func run() {
      let found = body()
      result.withLock { $0 = found }
    }
  }

  #if canImport(Darwin)
    private static let main: @convention(c) (UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? =
      { argument in
        // SAFETY: `Handle` retained what it passed.
        unsafe Unmanaged<AnyWork>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }
  #else
    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
      { argument in
        guard let argument = unsafe argument else { return nil }
        // SAFETY: `Handle` retained what it passed.
        unsafe Unmanaged<AnyWork>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }
  #endif
}
